"""Our own adapters in place, for as long as a session of a script runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.table import ADAPTERS


@contextmanager
def seams() -> Iterator[None]:
    """Have every library's calls seen inside; raises SeamMissing where one's cannot be."""
    installation = Installation(ADAPTERS)
    try:
        installation.require()
        yield
        installation.require()
    finally:
        installation.uninstall()
