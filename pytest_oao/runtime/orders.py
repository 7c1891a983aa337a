"""The order in which a recorded session's calls may come: strict within each lane, or none at all."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.runtime.lane_bindings import Alike, LaneBindings
from pytest_oao.runtime.recorded_places import Inner
from pytest_oao.runtime.strands import FreeStrand, LaneStrand, Strand


class Order(Protocol):
    """Which recorded exchanges a call of a lane may be answered from."""

    def strand(self, call: Call, *alike: Alike) -> Strand:
        """Return the exchanges that a call is answered from; `alike` are tests whether an exchange is of that call."""

    def elsewhere(self, lane: str) -> Iterable[Exchange]:
        """Return the exchanges that calls of a lane are never answered from, taken or not."""

    def displaced(self, exchange: Exchange, lane: str) -> tuple[Exchange | None, str]:
        """Say why a call of a lane is not answered from an exchange that is `elsewhere`.

        Returns the call that is missing before it, None where the order alone is another; and why in words.
        """

    def instead(self, lane: str) -> Exchange | None:
        """Return what a call is to be compared with whose strand has nothing more to come, None for nothing."""

    def excuse(self, exchange: Exchange) -> int:
        """Say that an exchange was answered from the record: the calls that its performance made will not come.

        Returns the highest `seq` among it and them.
        """

    def left(self) -> Sequence[Exchange]:
        """Return the exchanges that were never taken and are not excused, in the recorded order."""

    def spared(self) -> Sequence[Exchange]:
        """Return those that were never taken either, and that a run need not make."""


class LaneOrder:
    """Strict within each lane, free between lanes."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._inner = Inner(exchanges)
        self._excused: set[int] = set()
        lanes: dict[str, list[Exchange]] = {}
        for exchange in exchanges:
            lanes.setdefault(exchange.call.lane, []).append(exchange)
        self._strands = {lane: LaneStrand(exchanges) for lane, exchanges in lanes.items()}
        self._bindings = LaneBindings({lane: exchanges[0] for lane, exchanges in lanes.items()})

    def strand(self, call: Call, *alike: Alike) -> Strand:
        """Return the exchanges of the call's lane; none for one that the record does not have."""
        lane = self._bindings.found(call.lane, *alike)
        return self._strands.get(lane) or self._strands.setdefault(lane, LaneStrand(()))

    def elsewhere(self, lane: str) -> Iterable[Exchange]:
        """Return the exchanges of other lanes."""
        lane = self._bindings.get(lane)
        others = (exchange for exchange in self._exchanges if exchange.call.lane != lane)
        return (exchange for exchange in others if exchange.seq not in self._excused)

    def displaced(self, exchange: Exchange, lane: str) -> tuple[None, str]:
        """Say which lane has the call."""
        return None, f"lane {exchange.call.lane} makes this call in the record, not lane {lane}"

    def instead(self, lane: str) -> Exchange | None:
        """Return the first call left where the record has no task or thread beside this one: the agent has new ones."""
        beside = f"{lane.rpartition('.')[0]}."
        known = any(one.call.lane.startswith(beside) for one in self._exchanges)
        return None if known or lane == "0" else next(iter(self.left()), None)

    def excuse(self, exchange: Exchange) -> int:
        """Take what the exchange's performance made, in lanes of its own, for done."""
        inner = {one.seq for one in self._inner.of(exchange)}
        self._excused |= inner
        if inner:
            self._bindings.leave_out(one.call.lane for one in self._exchanges if one.seq in inner)
        return max(inner, default=exchange.seq)

    def left(self) -> Sequence[Exchange]:
        """Return the exchanges of all lanes that were never taken."""
        left = (one for strand in self._strands.values() for one in strand.left() if one.seq not in self._excused)
        return sorted(left, key=lambda one: one.seq)

    def spared(self) -> Sequence[Exchange]:
        """Return none: every call is to be made."""
        return ()


class FreeOrder:
    """Any call may come at any time, of any lane; those of `soft` kinds need not come."""

    def __init__(self, exchanges: Sequence[Exchange], soft: Collection[str] = ()) -> None:
        self._soft = soft
        self._inner = Inner(exchanges)
        self._strand = FreeStrand(exchanges)

    def strand(self, call: Call, *alike: Alike) -> Strand:
        """Return all exchanges."""
        del call, alike
        return self._strand

    def elsewhere(self, lane: str) -> Iterable[Exchange]:
        """Return none."""
        del lane
        return ()

    def displaced(self, exchange: Exchange, lane: str) -> tuple[None, str]:
        """Return nothing: no call is elsewhere."""
        del exchange, lane
        return None, ""

    def instead(self, lane: str) -> None:
        """Return None: there is but one strand."""
        del lane

    def excuse(self, exchange: Exchange) -> int:
        """Let what the exchange's performance made answer nothing else."""
        inner = {one.seq for one in self._inner.of(exchange)}
        if inner:
            self._strand.drop(inner)
        return max(inner, default=exchange.seq)

    def left(self) -> Sequence[Exchange]:
        """Return what was never taken, but for what need not be."""
        return [one for one in self._strand.left() if one.call.kind not in self._soft]

    def spared(self) -> Sequence[Exchange]:
        """Return what need not be taken, and was not."""
        return [one for one in self._strand.left() if one.call.kind in self._soft]


ORDERS: Mapping[str, Callable[[Sequence[Exchange]], Order]] = {"lane": LaneOrder, "any": FreeOrder}
"""By the names that users write."""
