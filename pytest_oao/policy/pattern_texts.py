"""How patterns are written: `tool`, `tool(argument=glob, other="glob")`; what cannot match anything is refused."""

import re
from collections.abc import Iterator

from pytest_oao.policy.faults import Fault
from pytest_oao.policy.path_forms import folded

_LONGEST = 1000
_ARGUMENT = re.compile(
    r"""\s*(?P<name>[^\s="'(),]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'(),]+))\s*(?P<end>,|\Z)"""
)
_EXAMPLE = 'write it as tool(argument="glob", other="glob")'


def require_text(text: object) -> str:
    """Return a pattern that is a text of one line and not blank; raises Fault."""
    if not isinstance(text, str):
        raise Fault(f"{text!r} is no pattern", remedy="write a text, in quotes")
    if not text.strip():
        raise Fault(f"{text!r} never matches: it is empty", remedy="leave it out, or write * for all")
    if text != text.strip():
        raise Fault(f"{text!r} never matches: it has blanks around it", remedy=f"write {text.strip()!r}")
    if not text.isprintable() or len(text) > _LONGEST:
        raise Fault(f"{text[:80]!r} has characters that cannot be printed, or more than {_LONGEST}")
    return text


def require_name(text: object) -> str:
    """Return a glob of names; raises Fault where it is a pattern of calls, or never matches."""
    name = require_text(text)
    if "(" in name or ")" in name:
        raise Fault(f"{name!r} is no name", remedy="patterns with arguments are for lists of tools: denied_tools, …")
    return name


def split(text: str) -> tuple[str, str | None]:
    """Return the tool's glob and what stands between the parentheses, None where there are none; raises Fault."""
    name, opened, rest = require_text(text).partition("(")
    if not opened and ")" not in name:
        return name, None
    if not opened or not rest.endswith(")"):
        raise Fault(f"{text!r} has one parenthesis without the other", remedy=_EXAMPLE)
    if not name or name != name.strip():
        raise Fault(f"{text!r} never matches: a tool's name stands right before the (", remedy=_EXAMPLE)
    return name, rest[:-1]


def argument_texts(text: str, inside: str | None) -> Iterator[tuple[str, str]]:
    """Yield the arguments' names and globs; raises Fault, naming the whole pattern."""
    at, more = 0, inside is not None
    while inside is not None and more:
        match = _ARGUMENT.match(inside, at)
        if match is None:
            raise Fault(f"{text!r} cannot be read from {inside[at:].strip()!r} on", remedy=_EXAMPLE)
        yield match["name"], next(glob for glob in match.group("double", "single", "bare") if glob is not None)
        at, more = match.end(), match["end"] == ","


def path_glob(glob: str) -> str:
    """Return the glob of an argument as the paths that it is compared with are; raises Fault where it never matches."""
    if "\\" in glob:
        remedy = "write /, which stands for both; for other texts use a JSON Schema on the arguments"
        raise Fault(f"{glob!r} has a backslash: paths are compared with slashes", remedy=remedy)
    head = re.sub(r"^(?:\.\.(?:/|$))+", "", glob)
    if ".." in head.split("/"):
        raise Fault(f"{glob!r} never matches: paths are compared without ..", remedy=f"write {folded(glob)!r}")
    if len(glob) > 1 and glob.endswith("/"):
        remedy = f"write {glob.rstrip('/')!r}, or {glob + '**'!r} for all that is in it"
        raise Fault(f"{glob!r} never matches: paths are compared without a slash at their end", remedy=remedy)
    return folded(glob) if glob else glob


def require_host(text: object) -> str:
    """Return a glob of hosts: names and addresses, as URLs have them; raises Fault."""
    host = require_name(text)
    if "://" in host or "/" in host or "@" in host:
        meant_host = re.sub(r"^[^/]*://|^[^/]*@", "", host).split("/")[0]
        raise Fault(f"{host!r} never matches: it is more than a host", remedy=f"write {meant_host!r}")
    if ":" in host and (host.count(":") == 1 or "[" in host):
        bare = host.strip("[]").rpartition(":")[0] if host.count(":") == 1 else host.partition("]")[0].strip("[]")
        raise Fault(f"{host!r} never matches: hosts are compared without their ports", remedy=f"write {bare!r}")
    if host != host.lower():
        raise Fault(f"{host!r} never matches: hosts are in small letters", remedy=f"write {host.lower()!r}")
    return host
