"""What the header of a new recording says."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from secrets import token_hex
from time import gmtime, strftime, time_ns

PACKAGES = ("pytest-oao", "openai", "anthropic", "mcp", "httpx", "httpx2")


class _Moments:
    """The moments at which sessions of this process begin, each after the one before.

    Without a lock, which a fork could leave locked: threads that begin at once may come in either order.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Return what time it is in ticks; of the same tick, or where a clock was set back a little, the next one."""
        now = time_ns() * _TICKS // 1_000_000_000
        self._last = moment = self._last + 1 if 0 <= self._last - now < _SET_BACK else now
        return moment


_TICKS = 65536
"""In a second."""
_SET_BACK = 10 * _TICKS
_moments = _Moments()


def session_id() -> str:
    """Return a new id: the time it began, UTC, with 16 bits of its second, and 16 bits of chance.

    Those of one process sort in the order in which they began.
    """
    second, part = divmod(_moments.next(), _TICKS)
    return f"{strftime('%Y%m%dT%H%M%SZ', gmtime(second))}-{part:04x}{token_hex(2)}"


@cache
def runtime_versions() -> Mapping[str, str]:
    """Return the versions of Python and of what a recording's shape may depend on."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # an SDK that this project does not use
            continue
    return versions
