"""The recorded readings of a session's clocks, and what a clock shows that was not read there while recording.

A run may read its clocks more often than the recording, or less: that alone is no difference. Between two calls of a
lane, its next recorded reading of that clock answers; what was not read in time is passed over. A reading beyond those
shows the moment that the record had reached, and later ones a little more each: a loop that waits for a time comes to
its end, and shows the same times in every run.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.readings import WALL, is_reading, shown

_STEP = 1_000_000
"""Nanoseconds by which the second unrecorded reading is later than the first; the steps grow by as much."""


class LaneClock:
    """How far the record of one lane is told, and where its clocks are."""

    def __init__(self, calls: Sequence[int]) -> None:
        self.calls = deque(calls)
        """The `seq` of the lane's recorded calls that were not made so far, but for readings of clocks."""
        self.told = 0
        self.readings: dict[str, deque[Exchange]] = defaultdict(deque)
        self.moment: int | None = None
        self.slept = 0
        self.beyond = 0
        self.shown: dict[str, tuple[int, int]] = {}
        """By clock, what it showed last and at which moment."""

    def made(self, seq: int) -> None:
        """Take note that a recorded call was made."""
        self.told = max(self.told, seq)
        while self.calls and self.calls[0] <= self.told:
            self.calls.popleft()

    def next(self, target: str) -> Exchange | None:
        """Take the next reading of a clock that was made before the lane's next call, after its latest one."""
        waiting = self.readings[target]
        while waiting and waiting[0].seq < self.told:
            waiting.popleft()
        due = waiting and not (self.calls and waiting[0].seq > self.calls[0])
        return waiting.popleft() if due else None

    def reached(self, moment: int) -> None:
        """Take note that the record was at a moment: a clock of a machine may be set back, this one never is."""
        if self.moment is None or moment >= self.moment:
            self.moment, self.slept, self.beyond = moment, 0, 0


class ClockTape:
    """All lanes of a recorded session; `calls` are those of its exchanges that answer calls in this run."""

    def __init__(self, exchanges: Sequence[Exchange], calls: Sequence[Exchange]) -> None:
        made: dict[str, list[int]] = defaultdict(list)
        for one in sorted(calls, key=lambda one: one.seq):
            if not is_reading(one.call):
                made[one.call.lane].append(one.seq)
        self._lanes = {lane: LaneClock(seqs) for lane, seqs in made.items()}
        self._first: dict[str, Exchange] = {}
        self._calls = {one.seq: one for one in calls}
        self.begun = min((int(one.started_at * 1e9) for one in exchanges if one.started_at), default=None)
        """The first known moment of the recording."""
        for one in exchanges:
            if is_reading(one.call):
                self._lane(one.call.lane).readings[one.call.target].append(one)
                self._first.setdefault(one.call.target, one)

    def _lane(self, path: str) -> LaneClock:
        found = self._lanes.get(path)
        return found if found is not None else self._lanes.setdefault(path, LaneClock(()))

    def made(self, exchange: Exchange) -> None:
        """Take note that a call was answered with an exchange of the record; others are none of this tape."""
        known = self._calls.get(exchange.seq)
        if known is None or (known.call.lane, known.started_at) != (exchange.call.lane, exchange.started_at):
            return
        lane = self._lane(known.call.lane)
        lane.made(known.seq)
        if known.started_at:
            lane.reached(int((known.started_at + known.duration) * 1e9))

    def answer(self, path: str, target: str) -> Exchange | None:
        """Return the recorded reading of a clock that is due in a lane, None where none is; raises ValueError."""
        lane = self._lane(path)
        exchange = lane.next(target)
        if exchange is not None:
            value = shown(exchange)
            lane.reached(value if target == WALL else int(exchange.started_at * 1e9))
            lane.shown[target] = value, lane.moment or 0
        return exchange

    def slept(self, path: str, nanoseconds: int) -> None:
        """Have a lane's clocks go on by the time for which it sleeps."""
        self._lane(path).slept += nanoseconds

    def beyond(self, path: str, target: str, real: int) -> int:
        """Return what a clock shows that was not read here while recording; `real` where the record knows no time."""
        moment = self._moment(path)
        if moment is None:
            return real
        lane = self._lane(path)
        moment += lane.slept + _STEP * lane.beyond * (lane.beyond + 1) // 2
        lane.beyond += 1
        if target == WALL:
            return moment
        value, then = self._shown(path, target) or (real, moment)
        return value + max(moment - then, 0)

    def _moment(self, path: str) -> int | None:
        """Return the latest moment that the record of a lane is known to have been at: its own, or its parents'."""
        while path:
            lane = self._lanes.get(path)
            if lane is not None and lane.moment is not None:
                return lane.moment
            path = path.rpartition(".")[0]
        return self.begun

    def _shown(self, path: str, target: str) -> tuple[int, int] | None:
        """Return what a clock showed last and when, in a lane or its parents; else the first time in the session."""
        while path:
            lane = self._lanes.get(path)
            if lane is not None and target in lane.shown:
                return lane.shown[target]
            path = path.rpartition(".")[0]
        first = self._first.get(target)
        return None if first is None else (shown(first), int(first.started_at * 1e9))
