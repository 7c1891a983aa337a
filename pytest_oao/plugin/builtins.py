"""Our own adapters, given to pytest by the hook that users have."""

from collections.abc import Sequence

import pytest

from pytest_oao.adapters.table import ADAPTERS
from pytest_oao.ports import Adapter


@pytest.hookimpl
def pytest_oao_adapters() -> Sequence[Adapter]:
    """Return the adapters that ship with pytest-oao."""
    return ADAPTERS
