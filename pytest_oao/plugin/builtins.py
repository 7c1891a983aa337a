"""Our own adapters, given to pytest by the hook that users have."""

from collections.abc import Sequence

import pytest

from pytest_oao.adapters.table import ADAPTERS
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.ports import Adapter, Importer


@pytest.hookimpl
def pytest_oao_adapters() -> Sequence[Adapter]:
    """Return the adapters that ship with pytest-oao."""
    return ADAPTERS


@pytest.hookimpl
def pytest_oao_importers() -> Sequence[Importer]:
    """Return the importers that ship with pytest-oao."""
    return IMPORTERS
