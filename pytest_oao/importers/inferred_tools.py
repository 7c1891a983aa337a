"""Tools that an export does not tell of: what they returned stands in the model's next request."""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pytest_oao.importers.lost_results import found_results, quoted_end
from pytest_oao.importers.observations import ObservedCall, ToolUse
from pytest_oao.importers.quoted_results import Conversation
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.importers.views import asks_a_model
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import CALL_IDS, RESULT, RESULT_TYPES
from pytest_oao.providers.fields import text
from pytest_oao.providers.payloads import loads

_Results: TypeAlias = dict[str, list[tuple[ObservedCall, JSONObject]]]
"""By the id of the tool call: each result, and the request that quotes it first."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A tool call that a model asked for."""

    by: ObservedCall
    part: JSONObject

    @property
    def id(self) -> str:
        return text(self.part.get("id"))

    @property
    def arguments(self) -> JSON:
        given = self.part.get("arguments")
        return loads(given) if isinstance(given, str) else given


def with_inferred_tools(calls: Sequence[ObservedCall], mentions: ToolMentions) -> list[ObservedCall]:
    """Return the calls, each tool with the id that a model asked for it by, and those tools that only requests tell.

    A tool whose record says nothing of its result has the one that a request quotes.
    """
    models = [one for one in calls if asks_a_model(one)]
    wanted = [
        _Wanted(one, part)
        for one in models
        for part in mentions.asked_tools(one)
        if text(part.get("name")) not in one.not_tools
    ]
    ran = [one for one in calls if isinstance(one.asked, ToolUse)]
    named = _named(wanted, ran)
    quoted = _quotes_by_id(models, mentions)
    found = [named.get(one.id, one) for one in calls]
    told = found_results(found, {name: [part for _, part in results] for name, results in quoted.items()}, mentions)
    found = [told.get(one.id, one) for one in found]
    done = Counter(one.asked.call_id for one in found if isinstance(one.asked, ToolUse))
    before: dict[str, list[ObservedCall]] = defaultdict(list)
    for tool, by in _inferred(wanted, quoted, done):
        before[by.id].append(tool)
    return [one for call in found for one in (*before[call.id], call)]


def _named(wanted: Sequence[_Wanted], ran: Sequence[ObservedCall]) -> dict[str, ObservedCall]:
    """Return the tools whose records have no id, with that of what asked for them: the same name and arguments."""
    taken = {one.asked.call_id for one in ran if isinstance(one.asked, ToolUse)}
    free = [one for one in wanted if one.id and one.id not in taken]
    nameless = [one for one in ran if isinstance(one.asked, ToolUse) and not one.asked.call_id]
    found: dict[str, ObservedCall] = {}
    given: set[int] = set()
    for exact in (True, False) if nameless else ():
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for at, want in enumerate(free):
            if at not in given:
                waiting[_looks(want.part.get("name"), want.arguments, exact=exact)].append(at)
        for one in nameless:
            tool = one.asked
            assert isinstance(tool, ToolUse)
            if one.id not in found and (alike := waiting[_looks(tool.name, tool.arguments, exact=exact)]):
                given.add(alike[0])
                named = replace(tool, call_id=free[alike.popleft()].id)
                found[one.id] = replace(one, asked=named, inferred=one.inferred | {CALL_IDS})
    return found


def _looks(name: JSON, arguments: JSON, *, exact: bool) -> Hashable:
    return (text(name), _fixed(arguments)) if exact else text(name)


def _fixed(value: JSON) -> Hashable:
    """Return what is equal where the values are, and can be looked for."""
    if isinstance(value, dict):
        return frozenset((name, _fixed(item)) for name, item in value.items())
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


def _inferred(
    wanted: Sequence[_Wanted], quoted: _Results, done: Counter[str]
) -> Iterator[tuple[ObservedCall, ObservedCall]]:
    """Yield a tool for each time that an id was asked for which no record tells of, and the request that quotes it.

    Some models count their tool calls anew in each turn: the second result of an id is of the second time.
    """
    times: Counter[str] = Counter()
    for want in wanted:
        times[want.id] += 1
        if not want.id or times[want.id] <= done[want.id]:
            continue
        results = quoted.get(want.id, [])
        if len(results) >= times[want.id]:
            by, part = results[times[want.id] - 1]
            yield _tool(want, by, part, times[want.id]), by


def _quotes_by_id(models: Sequence[ObservedCall], mentions: ToolMentions) -> _Results:
    """Return the results of each id in their order, each with the first request that quotes so many."""
    found: _Results = defaultdict(list)
    times: dict[Conversation, Counter[str]] = defaultdict(Counter)
    read: Counter[Conversation] = Counter()
    for one in models:
        quoted = mentions.quoted_results(one)
        counted = times[quoted.conversation]
        for name, part in quoted.after(read[quoted.conversation]):
            counted[name] += 1
            if counted[name] > len(found[name]):
                found[name].append((one, part))
        read[quoted.conversation] = max(read[quoted.conversation], quoted.count)
    return found


def _tool(want: _Wanted, by: ObservedCall, result: JSONObject, times: int) -> ObservedCall:
    return ObservedCall(
        id=f"{want.by.id}/{want.id}" if times == 1 else f"{want.by.id}/{want.id}/{times}",
        where=by.where,
        asked=ToolUse(text(want.part.get("name")), want.arguments, want.id),
        came=quoted_end(result),
        run=want.by.run,
        parent=want.by.parent,
        started_at=want.by.ended_at,
        ended_at=max(by.started_at, want.by.ended_at),
        order=want.by.order,
        agent=want.by.agent,
        lacked=frozenset({RESULT_TYPES}),
        inferred=frozenset({RESULT}),
        after=frozenset({want.by.id}),
    )
