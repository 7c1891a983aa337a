"""Our own adapters in place: for as long as a session runs, or for good where a program records again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

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


class Seams:
    """The adapters of one recorder: to put them in and take them out costs a millisecond."""

    def __init__(self) -> None:
        self._stays: Installation | None = None
        self._times = count()

    def stay(self) -> None:
        """Keep them from the next session on: the program will have many."""
        next(self._times)

    def taken(self) -> Installation:
        """Return adapters in place: of the first session for that one, from the second on for good."""
        if self._stays is None and next(self._times) > 0:
            self._stays = Installation(ADAPTERS)
        return Installation(ADAPTERS) if self._stays is None else self._stays

    def close(self) -> None:
        """Take those out that stay, until there is another session."""
        stays, self._stays = self._stays, None
        if stays is not None:
            stays.uninstall()

    def left(self, installation: Installation) -> None:
        """Take adapters out that were for one session."""
        if installation is not self._stays:
            installation.uninstall()
