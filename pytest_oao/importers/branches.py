"""The lanes of a run's calls: those that were under way at the same time stand in lanes of their own."""

from collections.abc import Mapping, Sequence

from pytest_oao.importers.observations import ObservedCall, Scope
from pytest_oao.importers.views import asks_a_model

_MAIN = "0"


def lanes_of(calls: Sequence[ObservedCall], scopes: Mapping[str, Scope]) -> dict[str, str]:
    """Return the lane of each call by its id.

    One lane for all, but where model calls overlap in time: then each goes on where the last call of its own scope
    ended. Tools stand in the lane of the call before them.
    """
    lanes: dict[str, str] = {}
    last: dict[str, ObservedCall] = {}
    lane = _MAIN
    for one in calls:
        if asks_a_model(one):
            lane = _lane(one, last, scopes)
            last[lane] = one
        lanes[one.id] = lane
    return lanes


def _lane(one: ObservedCall, last: Mapping[str, ObservedCall], scopes: Mapping[str, Scope]) -> str:
    busy = {lane for lane, other in last.items() if _overlap(one, other)}
    scope = _scope(one, scopes)
    free = (lane for lane in last if lane not in busy and _scope(last[lane], scopes) == scope)
    own = next(free, None if busy else _MAIN)
    if own is not None:
        return own
    return _MAIN if _MAIN not in busy and _MAIN not in last else f"{_MAIN}.{_next(last)}"


def _next(last: Mapping[str, ObservedCall]) -> int:
    return 1 + max((int(lane.rpartition(".")[2]) for lane in last if lane != _MAIN), default=-1)


def _overlap(one: ObservedCall, other: ObservedCall) -> bool:
    if not (one.started_at and other.started_at and other.ended_at):
        return False
    return one.started_at < other.ended_at


def _scope(one: ObservedCall, scopes: Mapping[str, Scope]) -> str:
    """Return the nearest agent around a call, else what it stands in."""
    parent, passed = one.parent, set[str]()
    while parent in scopes and parent not in passed:
        passed.add(parent)
        if scopes[parent].agent:
            return parent
        parent = scopes[parent].parent
    return one.parent
