"""The order in which calls of an imported session may come: exports tell lanes by time alone, and not all tools."""

from collections.abc import Iterable, Sequence

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import HUMAN, TOOL
from pytest_oao.runtime.lane_bindings import Alike
from pytest_oao.runtime.recorded_places import Inner
from pytest_oao.runtime.strands import FreeStrand, LaneStrand, Strand

SOFT = frozenset({TOOL, HUMAN})
"""Kinds that a run need not make: an agent may run its tools where no seam sees them; what they returned stands in the
next request all the same, which is compared."""


class ImportOrder:
    """Model calls in the order of each recorded lane, in whatever lane of the run; tools and people whenever asked."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._inner = Inner(exchanges)
        soft = [one for one in exchanges if one.call.kind in SOFT]
        self._soft = {kind: FreeStrand([one for one in soft if one.call.kind == kind]) for kind in SOFT}
        lanes: dict[str, list[Exchange]] = {}
        for one in exchanges:
            if one.call.kind not in SOFT:
                lanes.setdefault(one.call.lane, []).append(one)
        self._strands = [LaneStrand(lane) for lane in lanes.values()] or [LaneStrand(())]

    def strand(self, call: Call, *alike: Alike) -> Strand:
        """Return the exchanges of the lane that has the call next, else later; else those that are due first."""
        if call.kind in SOFT:
            return self._soft[call.kind]
        for test in alike:
            for strand in self._strands:
                expected = strand.expected()
                if expected is not None and test(expected):
                    return strand
        for test in alike:
            for strand in self._strands:
                if any(map(test, strand.exchanges[len(strand.taken) + len(strand.skipped) :])):
                    return strand
        return min(self._strands, key=_due)

    def elsewhere(self, lane: str) -> Iterable[Exchange]:
        """Return none: lanes of the run are none of the record's."""
        del lane
        return ()

    def instead(self, lane: str) -> None:
        """Return None."""
        del lane

    def excuse(self, exchange: Exchange) -> int:
        """Let what was made within a tool answer nothing else, and be missed by nobody: the tool was not run."""
        inner = {one.seq for one in self._inner.of(exchange)}
        strands: Sequence[Strand] = (*self._strands, *self._soft.values()) if inner else ()
        for strand in strands:
            strand.drop(inner)
        return max(inner, default=exchange.seq)

    def left(self) -> Sequence[Exchange]:
        """Return the model calls that were never made."""
        return sorted((one for strand in self._strands for one in strand.left()), key=lambda one: one.seq)


def _due(strand: LaneStrand) -> tuple[bool, int]:
    expected = strand.expected()
    return expected is None, expected.seq if expected is not None else 0
