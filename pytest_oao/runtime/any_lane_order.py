"""The order in which calls of a session may come whose lanes are not those of the run that is compared with it.

An export tells lanes by time alone. In production a web framework or a worker starts the tasks and threads that an
agent runs in; a test calls the agent without them.
"""

from collections.abc import Collection, Iterable, Sequence

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import HUMAN, TOOL
from pytest_oao.runtime.lane_bindings import Alike
from pytest_oao.runtime.recorded_places import Inner
from pytest_oao.runtime.strands import AskedStrand, LaneStrand, Strand

SOFT = frozenset({TOOL, HUMAN})
"""Kinds that a run need not make, of imports: an agent may run its tools where no seam sees them; what they returned
stands in the next request all the same, which is compared."""


class AnyLaneOrder:
    """Calls in the order of each recorded lane, in whatever lane of the run; those of `soft` kinds whenever asked."""

    def __init__(self, exchanges: Sequence[Exchange], soft: Collection[str] = ()) -> None:
        self._inner = Inner(exchanges)
        self._soft = {
            kind: AskedStrand([one for one in exchanges if one.call.kind == kind], self._is_asked) for kind in soft
        }
        self._lane_of = {one.seq: one.call.lane for one in exchanges if one.call.kind not in soft}
        lanes: dict[str, list[Exchange]] = {}
        for one in exchanges:
            if one.call.kind not in soft:
                lanes.setdefault(one.call.lane, []).append(one)
        self._strands = {lane: LaneStrand(exchanges) for lane, exchanges in lanes.items()} or {"0": LaneStrand(())}
        self._last: dict[str, str] = {}
        """The recorded lane that the last call of each lane of the run was answered from."""

    def strand(self, call: Call, *alike: Alike) -> Strand:
        """Return the exchanges of the lane that has the call next, else later, else before; else those that are due.

        Without a test they are those of the lane that answered the call's lane before, else of that of its name.
        """
        if call.kind in self._soft:
            return self._soft[call.kind]
        known = [one for one in (self._last.get(call.lane), call.lane) if one in self._strands]
        if known and not alike:
            return self._strands[known[0]]
        lanes = list(dict.fromkeys([*known, *self._strands]))
        for has in (_has_next, _has_later, _passed_over):
            for test in alike:
                for lane in lanes:
                    if has(self._strands[lane], test):
                        self._last[call.lane] = lane
                        return self._strands[lane]
        return self._due(self._strands[lanes[0]])

    def _due(self, likely: LaneStrand) -> LaneStrand:
        """Return what a call that no lane has is compared with."""
        return likely if likely.expected() is not None else min(self._strands.values(), key=_first)

    def elsewhere(self, lane: str) -> Iterable[Exchange]:
        """Return what nothing has asked for yet; lanes of the run are none of the record's."""
        del lane
        return (one for strand in self._soft.values() for one in strand.left() if not self._is_asked(one))

    def displaced(self, exchange: Exchange, lane: str) -> tuple[Exchange | None, str]:
        """Return what asks for a call in the record."""
        del lane
        asking = next((one for one in self.left() if one.seq == exchange.call.caused_by), None)
        return asking, "the agent went on to a call that this one asks for in the record, without making this one"

    def _is_asked(self, exchange: Exchange) -> bool:
        """Whether the call that asks for this one was made, if any does."""
        lane = self._lane_of.get(exchange.call.caused_by or 0)
        if lane is None:
            return True
        expected = self._strands[lane].expected()
        return expected is None or expected.seq > (exchange.call.caused_by or 0)

    def instead(self, lane: str) -> None:
        """Return None."""
        del lane

    def excuse(self, exchange: Exchange) -> int:
        """Let what was made within a tool answer nothing else, and be missed by nobody: the tool was not run."""
        inner = {one.seq for one in self._inner.of(exchange)}
        strands: Sequence[Strand] = (*self._strands.values(), *self._soft.values()) if inner else ()
        for strand in strands:
            strand.drop(inner)
        return max(inner, default=exchange.seq)

    def left(self) -> Sequence[Exchange]:
        """Return the calls that were never made, but for those that need not be."""
        return sorted((one for strand in self._strands.values() for one in strand.left()), key=lambda one: one.seq)

    def spared(self) -> Sequence[Exchange]:
        """Return the calls that need not be made, and were not."""
        return [one for strand in self._soft.values() for one in strand.left()]


def _has_next(strand: LaneStrand, alike: Alike) -> bool:
    expected = strand.expected()
    return expected is not None and alike(expected)


def _has_later(strand: LaneStrand, alike: Alike) -> bool:
    return any(map(alike, strand.exchanges[len(strand.taken) + len(strand.skipped) :]))


def _passed_over(strand: LaneStrand, alike: Alike) -> bool:
    return any(map(alike, strand.skipped))


def _first(strand: LaneStrand) -> tuple[bool, int]:
    expected = strand.expected()
    return expected is None, expected.seq if expected is not None else 0
