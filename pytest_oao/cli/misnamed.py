"""Arguments of `oao import` that name nothing it takes, and what was meant by them: a page of a platform, a service."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pytest_oao.errors import BadOption
from pytest_oao.pullers.table import PULLERS

SERVICES = ", ".join(one.scheme for one in PULLERS)
_SCHEMES = frozenset(one.scheme for one in PULLERS)
_PAGE = re.compile(r"https?://", re.IGNORECASE)
_SERVICE = re.compile(r"([A-Za-z][\w+.-]+):(?!//)(.*)\Z", re.DOTALL)
_ID = r"([A-Za-z0-9_.-]+)"
_PATHS = (
    ("openai", re.compile(r"/((?:resp|chatcmpl)[_-][A-Za-z0-9_-]+)/?\Z")),
    ("langfuse", re.compile(rf"/project/[^/]+/traces/{_ID}/?\Z")),
    ("langsmith", re.compile(r"/r/([0-9a-f-]{36})/?\Z")),
    ("phoenix", re.compile(rf"/projects/([^/]+/traces/{_ID})/?\Z")),
)
_SHOWN_BESIDE = (
    ("langfuse", re.compile(r"/project/[^/]+/traces/?\Z")),
    ("langsmith", re.compile(r"/o/[^/]+/projects/")),
)
"""Lists that show a trace beside them, whose id is in the query."""


def misnamed(name: str) -> BadOption | None:
    """Return what is wrong with an argument and what to write instead; None of a file, a store and a known service."""
    if Path(name).exists():
        return None
    if _PAGE.match(name):
        return _page(name)
    service = _SERVICE.match(name)
    scheme, told = service.groups() if service else (name, "")
    known = scheme.lower()
    if known in _SCHEMES:
        return None if scheme == known and told else _meant(known, told)
    if service is None:
        return None
    return BadOption(
        f"there is no such file, and no service {scheme!r}", where=name, remedy=f"Services are {SERVICES}: SERVICE:ID"
    )


def _meant(scheme: str, told: str) -> BadOption:
    if told:
        return BadOption(
            "services are written in lower case", where=f"{scheme}:{told}", remedy=f"Write {scheme}:{told}"
        )
    what = f"{scheme} is a service, and what is to be fetched from it is not named"
    example = f"{scheme}://HOST:PORT/DB#KEY" if scheme.startswith("redis") else f"{scheme}:ID, with the id of a trace"
    return BadOption(what, where=scheme, remedy=f"Write {example}; services are {SERVICES}")


def _page(name: str) -> BadOption:
    """Say by what name a page's trace is fetched."""
    what, meant = "this is a page of the web, which is not fetched", _trace_of(name)
    if meant:
        return BadOption(what, where=name, remedy=f"Write {meant}")
    remedy = f"Write SERVICE:ID of a trace, of the services {SERVICES}; or download what it has, and name that file"
    return BadOption(what, where=name, remedy=remedy)


def _trace_of(url: str) -> str:
    """Return `langfuse:ID` of the page of a trace; empty of other pages."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    for service, pattern in _PATHS:
        if found := pattern.search(parts.path):
            return f"{service}:{found[1].replace('/traces/', '/')}"
    query = parse_qs(parts.query)
    told = next((query[key][0] for key in ("peek", "trace_id") if key in query), "")
    return next((f"{service}:{told}" for service, pattern in _SHOWN_BESIDE if told and pattern.search(parts.path)), "")
