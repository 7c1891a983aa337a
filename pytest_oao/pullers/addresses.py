"""Where a platform's API is: as the environment says it, or else by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_oao.errors import BadOption

_REMEDY = "Give the whole of it: http://HOST:PORT or https://HOST"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, and who named it."""

    url: str
    variable: str = ""
    """The environment variable that was set; empty of the default."""
    settable: tuple[str, ...] = ()
    """The variables that would have been asked."""

    @property
    def origin(self) -> str:
        """Say where the address comes from."""
        if self.variable:
            return f"{self.variable} names that address"
        return f"that address is the default: none of {', '.join(self.settable)} is set"


def address_of(environment: Mapping[str, str], names: tuple[str, ...], default: str) -> Address:
    """Return the address that the first variable set names, or the default; raises BadOption for what is none."""
    name = next((name for name in names if environment.get(name, "").strip()), "")
    return sound(Address(environment[name].strip() if name else default, name, names))


def sound(address: Address) -> Address:
    """Return the address; raises BadOption where it is none."""
    try:
        parts = urlsplit(address.url)
        _ = parts.port
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_sound = False
    if not is_sound:
        shown = address.url.rpartition("@")[2]
        raise BadOption(f"{shown!r} is no address of a server", where=address.variable, remedy=_REMEDY)
    return address
