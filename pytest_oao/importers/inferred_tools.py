"""Tools that an export does not tell of: what they returned stands in the model's next request."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_oao.importers.observations import Observed, ToolUse, Value
from pytest_oao.importers.tool_wishes import ToolWishes
from pytest_oao.importers.views import asks_a_model, quoted_results
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import CALL_IDS, RESULT, RESULT_TYPES
from pytest_oao.providers.fields import text
from pytest_oao.providers.payloads import loads


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A tool call that a model asked for."""

    by: Observed
    part: JSONObject

    @property
    def id(self) -> str:
        return text(self.part.get("id"))

    @property
    def arguments(self) -> JSON:
        given = self.part.get("arguments")
        return loads(given) if isinstance(given, str) else given


def with_inferred_tools(calls: Sequence[Observed], wishes: ToolWishes) -> list[Observed]:
    """Return the calls, each tool with the id that a model asked for it by, and those tools that only requests tell."""
    models = [one for one in calls if asks_a_model(one)]
    wanted = [
        _Wanted(one, part) for one in models for part in wishes.of(one) if text(part.get("name")) not in one.not_tools
    ]
    ran = [one for one in calls if isinstance(one.asked, ToolUse)]
    named = _named(wanted, ran)
    found = [named.get(one.id, one) for one in calls]
    done = Counter(one.asked.call_id for one in found if isinstance(one.asked, ToolUse))
    before: dict[str, list[Observed]] = defaultdict(list)
    for tool, by in _inferred(wanted, models, done):
        before[by.id].append(tool)
    return [one for call in found for one in (*before[call.id], call)]


def _named(wanted: Sequence[_Wanted], ran: Sequence[Observed]) -> dict[str, Observed]:
    """Return the tools whose records have no id, with that of what asked for them: the same name and arguments."""
    taken = {one.asked.call_id for one in ran if isinstance(one.asked, ToolUse) and one.asked.call_id}
    free = [one for one in wanted if one.id and one.id not in taken]
    found: dict[str, Observed] = {}
    for exact in (True, False):
        for one in ran:
            tool = one.asked
            if not isinstance(tool, ToolUse) or tool.call_id or one.id in found:
                continue
            fits = next((want for want in free if _fits(want, tool, exact=exact)), None)
            if fits is not None:
                free.remove(fits)
                found[one.id] = replace(one, asked=replace(tool, call_id=fits.id), inferred=one.inferred | {CALL_IDS})
    return found


def _fits(wanted: _Wanted, tool: ToolUse, *, exact: bool) -> bool:
    return wanted.part.get("name") == tool.name and (not exact or wanted.arguments == tool.arguments)


def _inferred(
    wanted: Sequence[_Wanted], models: Sequence[Observed], done: Counter[str]
) -> Iterator[tuple[Observed, Observed]]:
    """Yield a tool for each time that an id was asked for which no record tells of, and the request that quotes it.

    Some models count their tool calls anew in each turn: the second result of an id is of the second time.
    """
    quoted = _quoted(models)
    times: Counter[str] = Counter()
    for want in wanted:
        times[want.id] += 1
        if not want.id or times[want.id] <= done[want.id]:
            continue
        results = quoted.get(want.id, [])
        if len(results) >= times[want.id]:
            by, part = results[times[want.id] - 1]
            yield _tool(want, by, part, times[want.id]), by


def _quoted(models: Sequence[Observed]) -> dict[str, list[tuple[Observed, JSONObject]]]:
    """Return the results of each id in their order, each with the first request that quotes so many."""
    found: dict[str, list[tuple[Observed, JSONObject]]] = defaultdict(list)
    for one in models:
        for name, parts in quoted_results(one).items():
            known = found[name]
            if len(parts) > len(known):
                known += [(one, part) for part in parts[len(known) :]]
    return found


def _tool(want: _Wanted, by: Observed, result: JSONObject, times: int) -> Observed:
    said = result.get("response", result.get("result"))
    failed = result.get("is_error") is True
    return Observed(
        id=f"{want.by.id}/{want.id}" if times == 1 else f"{want.by.id}/{want.id}/{times}",
        where=by.where,
        asked=ToolUse(text(want.part.get("name")), want.arguments, want.id),
        came=Raised("ToolError", said if isinstance(said, str) else str(said)) if failed else Value(said),
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
