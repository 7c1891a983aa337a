"""Recording the same traffic again leaves the cassette as it is: what differs only in passing is taken from before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session

_PASSING = frozenset({
    *("date", "age", "expires", "last-modified", "etag", "server", "via", "set-cookie", "alt-svc", "cf-ray"),
    *("x-cache", "traceparent", "tracestate", "server-timing", "x-envoy-upstream-service-time"),
    *("x-runtime", "x-served-by", "x-timer", "nel", "report-to"),
})  # fmt: skip
_PASSING_ENDS = ("-id", "-ms", "requestid", "-id-2", "-trace")
_PASSING_PARTS = ("ratelimit", "rate-limit")

_Key = tuple[str, str, str, str]


def steady(new: Session, old: Session) -> Session:
    """Return `new` with every exchange that `old` holds too as it is there; `old` itself where nothing else differs.

    Of an exchange that is taken, timings, chunks, passing headers (dates, request ids) and, while the code that ran is
    the same, its site are the old ones; its position is the new one. What clocks showed is taken with all the rest, or
    not at all: a request may tell the time.
    """
    known = _known(old)
    same_code = new.header.execution == old.header.execution
    exchanges = tuple(_steady(exchange, known[_key(exchange.call)], same_code=same_code) for exchange in new.exchanges)
    if _differ_in_readings(exchanges, old.exchanges):
        exchanges = old.exchanges
    result = replace(new, exchanges=exchanges)
    return old if replace(result, header=replace(new.header, id=old.header.id)) == old else result


def _differ_in_readings(new: Sequence[Exchange], old: Sequence[Exchange]) -> bool:
    """Whether what clocks showed is all that differs, and they were read at the same places."""
    return [one.call for one in new] == [one.call for one in old] and without_readings(new) == without_readings(old)


def _known(old: Session) -> dict[_Key, list[Exchange]]:
    known: dict[_Key, list[Exchange]] = defaultdict(list)
    for exchange in old.exchanges:
        known[_key(exchange.call)].append(exchange)
    return known


def _key(call: Call) -> _Key:
    return call.kind, call.target, call.lane, call.body.sha256


def _steady(exchange: Exchange, candidates: list[Exchange], *, same_code: bool) -> Exchange:
    index = next((i for i, known in enumerate(candidates) if _same(exchange.outcome, known.outcome)), None)
    if index is None:
        return exchange
    old = candidates.pop(index)
    site = old.call.site if same_code else exchange.call.site
    caused_by, parent = exchange.call.caused_by, exchange.call.parent
    call = replace(old.call, caused_by=caused_by, parent=parent, site=site)
    return replace(old, seq=exchange.seq, call=call, verdicts=exchange.verdicts)


def _same(new: Outcome, old: Outcome) -> bool:
    """Whether two outcomes serve an agent the same, however they were timed and cut."""
    match new, old:
        case Raised(), Raised():
            return new == old
        case Returned(), Returned():
            return new.body == old.body and _head(new.head) == _head(old.head)
        case Streamed(), Streamed():
            return (new.body, new.end, _head(new.head)) == (old.body, old.end, _head(old.head))
    return False


def _head(head: Head | None) -> tuple[int, str, Headers] | None:
    if head is None:
        return None
    return head.status, head.http_version, tuple(pair for pair in head.headers if not _passing(pair[0].lower()))


def _passing(name: str) -> bool:
    return name in _PASSING or name.endswith(_PASSING_ENDS) or any(part in name for part in _PASSING_PARTS)
