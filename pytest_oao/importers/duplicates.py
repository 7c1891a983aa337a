"""Records that tell of one and the same call: exported twice, or by two instrumentations, one around the other."""

from collections.abc import Iterable, Mapping, Sequence

from pytest_oao.importers.observations import Native, Observed, Scope, ToolUse
from pytest_oao.importers.views import asks_a_model, response_of
from pytest_oao.model.conversations import ModelRequest


def without_duplicates(seen: Sequence[Observed], scopes: Mapping[str, Scope]) -> list[Observed]:
    """Return one record for each call: of two that tell the same, the one that tells more, else the inner one."""
    calls = _latest(seen)
    outer = _around(calls, scopes)
    left = {name: one for name, one in calls.items() if name not in outer}
    return list(_by_response(left.values()))


def _latest(seen: Iterable[Observed]) -> dict[str, Observed]:
    """Return the records by their ids; of two with one id the one that tells more, else the later."""
    calls: dict[str, Observed] = {}
    for one in seen:
        known = calls.get(one.id)
        if known is None or _told(one) >= _told(known):
            calls[one.id] = one
    return calls


def _around(calls: Mapping[str, Observed], scopes: Mapping[str, Scope]) -> set[str]:
    """Return the ids of model calls that stand around other model calls, with no tool in between: wrappers."""
    outer: set[str] = set()
    for one in calls.values():
        if asks_a_model(one):
            outer |= _wrappers(one, calls, scopes)
    return outer


def _wrappers(one: Observed, calls: Mapping[str, Observed], scopes: Mapping[str, Scope]) -> set[str]:
    found: set[str] = set()
    passed = {one.id}
    parent = one.parent
    while parent and parent not in passed:
        passed.add(parent)
        around = calls.get(parent)
        if around is not None and isinstance(around.asked, ToolUse):
            break
        if around is not None and asks_a_model(around):
            found.add(parent)
        above = around or scopes.get(parent)
        parent = above.parent if above else ""
    return found


def _by_response(calls: Iterable[Observed]) -> Iterable[Observed]:
    """Leave out what answers with a response id that another record has, which tells more or came first."""
    best: dict[str, Observed] = {}
    for one in calls:
        response = response_of(one)
        key = response.id if response and response.id else f"\0{one.id}"
        known = best.get(key)
        if known is None or _same_call(known, one):
            best[key] = one if known is None or _told(one) > _told(known) else known
        else:
            best[f"\0{one.id}"] = one
    return best.values()


def _same_call(one: Observed, other: Observed) -> bool:
    """Whether two records with one response id can be one call: at the same time, as far as that is known."""
    if not (one.started_at and other.started_at and one.ended_at and other.ended_at):
        return True
    return one.started_at <= other.ended_at and other.started_at <= one.ended_at


def _told(one: Observed) -> tuple[bool, bool, int]:
    """Return how much a record tells: its provider's own words most."""
    size = len(one.asked.data) if isinstance(one.asked, Native) else _size(one)
    return isinstance(one.asked, Native), one.came is not None, size - len(one.lacked)


def _size(one: Observed) -> int:
    return len(one.asked.messages) if isinstance(one.asked, ModelRequest) else 0
