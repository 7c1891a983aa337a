"""Values of the right type that no recording has: a file that holds one was made by hand, and is not replayed."""

import re
from collections.abc import Iterator, Sequence
from math import inf

from pytest_oao.errors import DamagedFile
from pytest_oao.model.calls import Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Streamed
from pytest_oao.model.sessions import Session

STATUSES = range(100, 1000)
"""What an HTTP status may be."""

_VERSION = re.compile(r"[!-~]{1,20}")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NO_VALUE = re.compile(r"[\r\n\0\ud800-\udfff]")

_Flaw = tuple[str, object, str]
"""Where it stands, what stands there, and what could."""


def require_sound(session: Session, where: str) -> None:
    """Raise DamagedFile for the first value of a session that cannot be; `where` names the file."""
    found = flaw(session)
    if found:
        remedy = "The file was edited or damaged: take it from where it was copied, or record again."
        raise DamagedFile(found, where=where, remedy=remedy)


def flaw(session: Session) -> str:
    """Return the first value that cannot be, with its place; the empty string where there is none."""
    for place, value, expected in _flaws(session):
        return f"`{place}` is {repr(value)[:60]}, {expected} was expected"
    return ""


def cut_flaw(size: int, sizes: Sequence[int], times: Sequence[float]) -> str:
    """Return why a stream of `size` bytes cannot have come in such chunks at such times; the empty string if it can."""
    if sum(sizes) != size:
        return f"a stream of {size} bytes has chunks of {sum(sizes)} bytes"
    if times and len(times) != len(sizes):
        return f"a stream of {len(sizes)} chunks has {len(times)} times"
    return ""


def _flaws(session: Session) -> Iterator[_Flaw]:
    before = 0
    for index, exchange in enumerate(session.exchanges):
        place = f"exchanges[{index}]"
        if exchange.seq <= before:
            yield f"{place}.seq", exchange.seq, f"a number above {before}"
        before = exchange.seq
        yield from _in_call(place, exchange)
        yield from _in_outcome(f"{place}.outcome", exchange)
    for index, call in enumerate(session.in_doubt):
        yield from _in_headers(f"in_doubt[{index}].headers", call.headers)


def _in_call(place: str, exchange: Exchange) -> Iterator[_Flaw]:
    for name, seconds in (("started_at", exchange.started_at), ("duration", exchange.duration)):
        if not 0 <= seconds < inf:
            yield f"{place}.{name}", seconds, "a time from 0"
    yield from _in_headers(f"{place}.headers", exchange.call.headers)


def _in_outcome(place: str, exchange: Exchange) -> Iterator[_Flaw]:
    outcome = exchange.outcome
    if isinstance(outcome, Raised):
        return
    if outcome.head is not None:
        yield from _in_head(place, outcome.head)
    if isinstance(outcome, Streamed):
        for index, seconds in enumerate(outcome.times):
            if not 0 <= seconds < inf:
                yield f"{place}.stream.times[{index}]", seconds, "a time from 0"


def _in_head(place: str, head: Head) -> Iterator[_Flaw]:
    if head.status not in STATUSES:
        yield f"{place}.status", head.status, "an HTTP status from 100 to 999"
    if not _VERSION.fullmatch(head.http_version):
        yield f"{place}.http_version", head.http_version, "a version such as HTTP/1.1"
    yield from _in_headers(f"{place}.headers", head.headers)


def _in_headers(place: str, headers: Headers) -> Iterator[_Flaw]:
    for index, (name, value) in enumerate(headers):
        if not _NAME.fullmatch(name):
            yield f"{place}[{index}]", name, "the name of a header"
        if _NO_VALUE.search(value):
            yield f"{place}[{index}]", value, "one line of text without NUL"
