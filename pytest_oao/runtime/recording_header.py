"""What the header of a new recording says."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from secrets import token_hex
from time import gmtime, strftime

PACKAGES = ("pytest-oao", "openai", "anthropic", "mcp", "httpx", "httpx2")


def session_id() -> str:
    """Return a new id: the time it began, UTC, and some chance."""
    return f"{strftime('%Y%m%dT%H%M%SZ', gmtime())}-{token_hex(4)}"


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
