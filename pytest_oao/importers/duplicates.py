"""Records that tell of one and the same call: exported twice, or by two instrumentations, one around the other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import Native, ObservedCall, Scope, ToolUse
from pytest_oao.importers.views import asks_a_model, request_of, response_id, response_of
from pytest_oao.model.conversations import Message, ModelRequest


def without_duplicates(seen: Sequence[ObservedCall], scopes: Mapping[str, Scope]) -> list[ObservedCall]:
    """Return one record for each call: of two that tell the same, the one that tells more, else the inner one."""
    calls = _latest(seen)
    gone = _told_twice(calls, scopes)
    left = [_below(_above(one, calls, gone), one) for name, one in calls.items() if name not in gone]
    return list(_by_response(left))


def _below(parent: str, one: ObservedCall) -> ObservedCall:
    return one if one.parent == parent else replace(one, parent=parent)


def _above(one: ObservedCall, calls: Mapping[str, ObservedCall], gone: set[str]) -> str:
    """Return what a record stands below once those that are left out are gone."""
    parent, passed = one.parent, set[str]()
    while parent in gone and parent not in passed:
        passed.add(parent)
        parent = calls[parent].parent
    return parent


def _latest(seen: Iterable[ObservedCall]) -> dict[str, ObservedCall]:
    """Return the records by their ids; of two with one id the one that tells more, else the later."""
    calls: dict[str, ObservedCall] = {}
    for one in seen:
        known = calls.get(one.id)
        if known is None or _told(one) >= _told(known):
            calls[one.id] = one
    return calls


def _told_twice(calls: Mapping[str, ObservedCall], scopes: Mapping[str, Scope]) -> set[str]:
    """Return the ids of calls that others tell: model calls around others, with no tool in between, are wrappers.

    The inner one is kept, unless one around it alone has the provider's own words; of a tool in itself, the outer one.
    """
    around = {name: _wrappers(one, calls, scopes) for name, one in calls.items()}
    outer = {name for one, names in around.items() if asks_a_model(calls[one]) for name in names}
    inside = Counter(name for one, names in around.items() if one not in outer for name in names)
    gone: set[str] = set()
    for name, one in calls.items():
        if not asks_a_model(one):
            gone |= {name} if around[name] else set()
        elif name not in outer:
            alike = [name, *(other for other in around[name] if inside[other] == 1)]
            kept = next((other for other in alike if isinstance(calls[other].asked, Native)), name)
            gone |= {name, *around[name]} - {kept}
    return gone


def _wrappers(one: ObservedCall, calls: Mapping[str, ObservedCall], scopes: Mapping[str, Scope]) -> list[str]:
    """Return the ids of the calls around one that may tell the same call, the nearest first."""
    found: list[str] = []
    passed = {one.id}
    parent = one.parent
    while parent and parent not in passed:
        passed.add(parent)
        around = calls.get(parent)
        if around is not None and _ends(one, around):
            break
        if around is not None and (asks_a_model(around) or isinstance(one.asked, ToolUse)):
            found.append(parent)
        above = around or scopes.get(parent)
        parent = above.parent if above else ""
    return found


def _ends(one: ObservedCall, around: ObservedCall) -> bool:
    """Whether a call around one is another: a tool around a model, any but the same tool around a tool."""
    tool, outer = one.asked, around.asked
    if not isinstance(tool, ToolUse):
        return isinstance(outer, ToolUse)
    return not isinstance(outer, ToolUse) or (tool.name, tool.arguments) != (outer.name, outer.arguments)


def _by_response(calls: Iterable[ObservedCall]) -> Iterable[ObservedCall]:
    """Leave out what answers with a response id that another record has, which tells more or came first."""
    best: dict[str, ObservedCall] = {}
    for one in calls:
        key = response_id(one) or f"\0{one.id}"
        known = best.get(key)
        if known is None or _same_call(known, one):
            best[key] = one if known is None or _told(one) > _told(known) else known
        else:
            best[f"\0{one.id}"] = one
    return best.values()


def _same_call(one: ObservedCall, other: ObservedCall) -> bool:
    """Whether two records with one response id can be one call: at the same time; where that is unknown, alike in all.

    Some servers give every answer one id, to agents side by side, too: then the words of their providers tell.
    """
    whole = isinstance(one.asked, Native) and isinstance(other.asked, Native)
    if not (one.started_at and other.started_at and one.ended_at and other.ended_at):
        return (not whole or request_of(one) == request_of(other)) and _said(one) == _said(other)
    at_once = one.started_at <= other.ended_at and other.started_at <= one.ended_at
    return at_once and (not whole or _said(one) == _said(other))


def _said(one: ObservedCall) -> tuple[object, ...]:
    """Return what was asked and answered, in the words that two records of one call have in common."""
    asked, came = request_of(one), response_of(one)
    messages = [(said.role, _words(said)) for said in asked.messages] if asked else [one.asked]
    return (*messages, *[_words(said) for said in came.choices]) if came else tuple(messages)


def _words(message: Message) -> list[object]:
    """Return the texts of a message, and the tools that it asks for."""
    kept = ("content", "name", "response")
    return [[part.get(key) for key in kept] for part in message.parts if part.get("type") != "reasoning"]


def _told(one: ObservedCall) -> tuple[bool, bool, int]:
    """Return how much a record tells: its provider's own words most."""
    size = len(one.asked.data) if isinstance(one.asked, Native) else _size(one)
    return isinstance(one.asked, Native), one.came is not None, size - len(one.lacked)


def _size(one: ObservedCall) -> int:
    return len(one.asked.messages) if isinstance(one.asked, ModelRequest) else 0
