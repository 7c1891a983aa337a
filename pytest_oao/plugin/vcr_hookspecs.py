"""The hook of pytest-recording that suites implement."""

from typing import Any

import pytest


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:  # noqa: ANN401 - the type is vcrpy's
    """Register serializers, matchers and persisters with vcrpy's `VCR` object."""
