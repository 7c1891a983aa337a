"""The order of a run's calls: what follows from what first, then time, since the clocks of services differ."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from pytest_oao.importers.observations import ObservedCall, ToolUse
from pytest_oao.importers.quoted_results import Conversation, QuotedResults
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.providers.fields import text


def ordered(calls: Sequence[ObservedCall], mentions: ToolMentions) -> list[ObservedCall]:
    """Return the calls such that an answer that asks for a tool precedes it, and it precedes what quotes its result."""
    waiting: Counter[int] = Counter()
    followers: dict[int, list[int]] = defaultdict(list)
    for at, cause in _causes(calls, mentions):
        waiting[at] += 1
        followers[cause].append(at)
    ranks = _ranks(calls)
    ready = [(ranks[at], at) for at in range(len(calls)) if not waiting[at]]
    heapq.heapify(ready)
    found: list[int] = []
    while ready:
        _, at = heapq.heappop(ready)
        found.append(at)
        for follower in _released(at, followers, waiting, len(calls)):
            heapq.heappush(ready, (ranks[follower], follower))
    placed = set(found)
    found += [at for at in sorted(range(len(calls)), key=ranks.__getitem__) if at not in placed]  # those of a cycle
    return [calls[at] for at in found]


def _released(at: int, followers: Mapping[int, list[int]], waiting: Counter[int], calls: int) -> Iterator[int]:
    """Yield the calls that wait for nothing else but this one; what is no call is over as soon as it waits no more."""
    over = [at]
    while over:
        for follower in followers.get(over.pop(), ()):
            waiting[follower] -= 1
            if waiting[follower]:
                continue
            if follower < calls:
                yield follower
            else:
                over.append(follower)


def _ranks(calls: Sequence[ObservedCall]) -> list[int]:
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


def _times(calls: Sequence[ObservedCall]) -> list[float]:
    """Return when each call began; where that is unknown it began when the one before it in the file did."""
    times, last = [], 0.0
    for one in calls:
        last = one.started_at or last
        times.append(last)
    return times


def _causes(calls: Sequence[ObservedCall], mentions: ToolMentions) -> Iterator[tuple[int, int]]:
    """Yield which calls must come before each call, by their places."""
    asked: dict[str, list[int]] = defaultdict(list)
    ran: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(calls):
        if isinstance(one.asked, ToolUse):
            ran[one.asked.call_id].append(at)
        for part in mentions.asked_tools(one):
            asked[text(part.get("id"))].append(at)
    alone = {name: places[0] for name, places in asked.items() if name and len(places) == 1}
    yield from _told(calls)
    yield from ((at, cause) for name, cause in alone.items() for at in ran[name])
    gathered = _Gathered({name: (cause, *ran[name]) for name, cause in alone.items()}, len(calls))
    for at, one in enumerate(calls):
        quoted = mentions.quoted_results(one)
        yield from gathered.take_in(quoted)
        own = (text(part.get("id")) for part in mentions.asked_tools(one))
        found = gathered.each(quoted) if any(gathered.has(quoted, name) for name in own) else gathered.all(quoted)
        yield from ((at, cause) for cause in found if cause != at)


def _told(calls: Sequence[ObservedCall]) -> Iterator[tuple[int, int]]:
    """Yield what the source says itself."""
    places = {one.id: at for at, one in enumerate(calls)}
    for at, one in enumerate(calls):
        yield from ((at, cause) for name in one.after if (cause := places.get(name, at)) != at)


class _Gathered:
    """What follows from the results that requests quote: those that go on from one quote the same, and more.

    Each result that comes from a call has a place, numbered after those of the calls, that waits for what the result
    comes from, and for the place before. `causes` tell that by the ids that one answer alone has: some count anew.
    """

    def __init__(self, causes: Mapping[str, Sequence[int]], calls: int) -> None:
        self._causes = causes
        self._numbers = count(calls)
        self._places: dict[Conversation, list[list[int]]] = defaultdict(lambda: [[]])
        """After each result of a conversation, the last place by then."""
        self._first: dict[tuple[Conversation, str], int] = {}

    def take_in(self, quoted: QuotedResults) -> Iterator[tuple[int, int]]:
        """Yield what each place of the results that are new must come after."""
        places = self._places[quoted.conversation]
        for name, _ in quoted.after(len(places) - 1):
            self._first.setdefault((quoted.conversation, name), len(places))
            if name in self._causes:
                place = next(self._numbers)
                yield from ((place, cause) for cause in (*self._causes[name], *places[-1]))
                places.append([place])
            else:
                places.append(places[-1])

    def has(self, quoted: QuotedResults, name: str) -> bool:
        """Whether a result of that id is quoted, and what it comes from is known."""
        return name in self._causes and self._first.get((quoted.conversation, name), quoted.count + 1) <= quoted.count

    def all(self, quoted: QuotedResults) -> Iterable[int]:
        """Return the place that all of the results wait for."""
        return self._places[quoted.conversation][quoted.count]

    def each(self, quoted: QuotedResults) -> Iterable[int]:
        """Yield the calls that each comes from: for one that asks for what it quotes of another time."""
        return (cause for name, _ in quoted for cause in self._causes.get(name, ()))
