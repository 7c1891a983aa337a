"""The order of a run's calls: what follows from what first, then time, since the clocks of services differ."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_oao.importers.observations import Observed, ToolUse
from pytest_oao.importers.tool_wishes import ToolWishes
from pytest_oao.importers.views import asks_a_model, quoted_results
from pytest_oao.providers.fields import text


def ordered(calls: Sequence[Observed], wishes: ToolWishes) -> list[Observed]:
    """Return the calls such that an answer that asks for a tool precedes it, and it precedes what quotes its result."""
    before = _causes(calls, wishes)
    waiting = {at: len(causes) for at, causes in before.items()}
    followers: dict[int, list[int]] = defaultdict(list)
    for at, causes in before.items():
        for cause in causes:
            followers[cause].append(at)
    ranks = _ranks(calls)
    ready = [(ranks[at], at) for at in range(len(calls)) if not waiting.get(at)]
    heapq.heapify(ready)
    found: list[int] = []
    while ready:
        _, at = heapq.heappop(ready)
        found.append(at)
        for follower in followers[at]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, (ranks[follower], follower))
    placed = set(found)
    found += [at for at in sorted(range(len(calls)), key=ranks.__getitem__) if at not in placed]  # those of a cycle
    return [calls[at] for at in found]


def _ranks(calls: Sequence[Observed]) -> list[int]:
    """Return the place of each call by its time, by what the source orders by, and by where it stands."""
    begun = _times(calls)
    try:
        places = sorted(range(len(calls)), key=lambda at: (begun[at], calls[at].order, at))
    except TypeError:  # what a source orders by is not of one type
        places = sorted(range(len(calls)), key=lambda at: (begun[at], at))
    ranks = [0] * len(calls)
    for rank, at in enumerate(places):
        ranks[at] = rank
    return ranks


def _times(calls: Sequence[Observed]) -> list[float]:
    """Return when each call began; where that is unknown it began when the one before it in the file did."""
    times, last = [], 0.0
    for one in calls:
        last = one.started_at or last
        times.append(last)
    return times


def _causes(calls: Sequence[Observed], wishes: ToolWishes) -> dict[int, set[int]]:
    """Return which calls must come before each call."""
    before: dict[int, set[int]] = defaultdict(set)
    for at, cause in (*_told(calls), *_followed(calls, wishes)):
        if at != cause:
            before[at].add(cause)
    return before


def _told(calls: Sequence[Observed]) -> Iterator[tuple[int, int]]:
    """Yield what the source says itself."""
    places = {one.id: at for at, one in enumerate(calls)}
    for at, one in enumerate(calls):
        yield from ((at, places[name]) for name in one.after if name in places)


def _followed(calls: Sequence[Observed], wishes: ToolWishes) -> Iterator[tuple[int, int]]:
    """Yield what follows from the ids of tool calls: only ids that one answer alone has, since some count anew."""
    asked: dict[str, list[int]] = defaultdict(list)
    ran: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(calls):
        if isinstance(one.asked, ToolUse):
            ran[one.asked.call_id].append(at)
        for part in wishes.of(one):
            asked[text(part.get("id"))].append(at)
    alone = {name: places[0] for name, places in asked.items() if name and len(places) == 1}
    for name, cause in alone.items():
        yield from ((at, cause) for at in ran[name])
    causes = {name: (cause, *ran[name]) for name, cause in alone.items()}
    for at, one in enumerate(calls):
        for name in quoted_results(one) if asks_a_model(one) else ():
            for cause in causes.get(name, ()):
                yield at, cause
