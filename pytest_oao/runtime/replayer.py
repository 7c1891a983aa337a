"""Answers each call from the record, and says where a run leaves it.

A call that equals a *later* one of its lane is answered all the same, and the difference kept: only what comes next
tells whether the calls in between were moved (`calls reordered`) or left out (`call missing`). The run has failed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf

from pytest_oao.errors import Diverged
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Divergence, Explanation, Name
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.execution import tools_hash
from pytest_oao.runtime.judgement import name_of
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.strands import AnyOrder, InOrder, Strand

BEFORE = 20
"""How many answered calls a divergence carries before the one that differs: a report shows the last of them."""


class Replayer:
    """The source of a replay: a recorded session, taken call by call."""

    def __init__(  # noqa: PLR0913 - a report needs to know all of it
        self,
        session: Session,
        matcher: Matcher,
        *,
        order: str = "lane",
        cassette: str = "",
        site: Callable[[], Site] = Site,
        notes: Callable[[], Sequence[str]] = tuple,
        remedies: Sequence[str] = (),
    ) -> None:
        self.session, self.matcher, self.cassette = session, matcher, cassette
        self._site, self._notes, self._remedies = site, notes, tuple(remedies)
        self._strands = _lanes(session) if order == "lane" else {}
        self._any = AnyOrder(session.exchanges) if order == "any" else None
        self._answered: list[Exchange] = []
        self.due = inf
        """Up to which `seq` the calls must have been made when the run is asked to finish."""
        self._moved: Divergence | None = None

    def answer(self, call: Call) -> Exchange | None:
        """Return the recorded exchange of this call; raises Diverged when there is none."""
        strand = self._strand(call.lane)
        expected = strand.expected()
        if expected is not None and self._is_next(expected.call, call):
            return self._served(strand.pop(), call)
        position = self._search(strand, call)
        if position is None:
            raise Diverged(self._difference(strand, call))
        if self._any is None:
            self._notice_skip(expected, call)
        return self._served(strand.take(position), call)

    @property
    def _is_next(self) -> Callable[[Call, Call], bool]:
        """What tells at once that a call is the next one: in any order, only the same bytes do."""
        return self.matcher.same if self._any is None else self.matcher.identical

    def _search(self, strand: Strand, call: Call) -> int | None:
        """Return where a call that is not the next one is recorded: one of the same bytes, else one alike."""
        for alike in (self.matcher.identical, self.matcher.same):
            for position in strand.candidates():
                if alike(strand.at(position).call, call):
                    return position
        return None

    def delay(self, seconds: float) -> float:
        """Return no delay: the attempt that follows is recorded too."""
        del seconds
        return 0.0

    def finish(self) -> None:
        """Raise Diverged when recorded calls were never made."""
        if self._moved is not None:
            raise Diverged(self._moved)
        left = [exchange for exchange in self._left() if exchange.seq <= self.due]
        if left:
            count = len(left)
            cause = f"the run ended, and {count} recorded call{'s were' if count > 1 else ' was'} never made"
            raise Diverged(self._divergence("call missing", left[0], None, Explanation(cause=cause)))

    def _strand(self, lane: str) -> Strand:
        return self._any or self._strands.setdefault(lane, InOrder(()))

    def _all(self) -> Sequence[Strand]:
        return [self._any] if self._any is not None else list(self._strands.values())

    def _served(self, exchange: Exchange, call: Call) -> Exchange:
        self.matcher.served(exchange, call)
        self._answered.append(exchange)
        return exchange

    def _notice_skip(self, expected: Exchange | None, call: Call) -> None:
        if self._moved is None:
            cause = "the agent went on to a later call of the record without making this one"
            self._moved = self._divergence("call missing", expected, call, Explanation(cause=cause))

    def _difference(self, strand: Strand, call: Call) -> Divergence:
        """Return the first difference of the run, which the call that just came may only have made clear."""
        if self._moved is not None:
            late = any(self.matcher.same(skipped.call, call) for skipped in strand.skipped)
            if late and self._moved.expected in strand.skipped:
                cause = Explanation(cause="the agent made this call later")
                return replace(self._moved, name="calls reordered", explanation=cause)
            return self._moved
        expected = strand.expected() or self._instead(call.lane)
        elsewhere = self._elsewhere(call)
        answered = [one for one in self._answered if self._any is not None or one.call.lane == call.lane]
        name = name_of(expected, self.matcher.shown(call), answered, elsewhere)
        explanation = Explanation()
        if name == "request changed":
            explanation = self.matcher.explain(expected, call)
        elif name == "calls reordered":
            explanation = Explanation(cause=f"lane {elsewhere} makes this call in the record, not lane {call.lane}")
        return self._divergence(name, expected, call, explanation)

    def _elsewhere(self, call: Call) -> str:
        """Return another lane that makes the same call in the record, answered yet or not; none in any order."""
        others = (one.call for one in self.session.exchanges if one.call.lane != call.lane and self._any is None)
        return next((other.lane for other in others if self.matcher.same(other, call)), "")

    def _instead(self, lane: str) -> Exchange | None:
        """Return the first call left where the record has no task or thread beside this one: the agent has new ones."""
        beside = f"{lane.rpartition('.')[0]}."
        known = self._any is not None or any(one.call.lane.startswith(beside) for one in self.session.exchanges)
        return None if known or lane == "0" else next(iter(self._left()), None)

    def _left(self) -> Sequence[Exchange]:
        """Return the recorded calls that were never made, in their order."""
        return sorted((exchange for strand in self._all() for exchange in strand.left()), key=lambda one: one.seq)

    def _divergence(
        self, name: Name, expected: Exchange | None, call: Call | None, explanation: Explanation
    ) -> Divergence:
        actual = None
        if call is not None:
            actual = replace(self.matcher.shown(call), site=self._site())
        lane = call.lane if call is not None else expected.call.lane if expected is not None else "0"
        return Divergence(
            name,
            number=expected.seq if expected is not None else len(self._answered) + 1,
            total=len(self.session.exchanges),
            lane=lane,
            expected=expected,
            actual=actual,
            explanation=explanation,
            before=tuple(_leading_to(self._answered, lane)[-BEFORE:]),
            notes=(*self.matcher.notes, *self._lacks(), *self._notes(), *_tools(expected, call)),
            cassette=self.cassette,
            remedies=self._remedies,
        )

    def _lacks(self) -> Sequence[str]:
        origin = self.session.header.origin
        if origin.kind != "imported":
            return ()
        lacked = f": it could not carry {', '.join(origin.lacked)}" if origin.lacked else ""
        return [f"the session was imported from {origin.format} ({origin.source}){lacked}"]


def _lanes(session: Session) -> dict[str, Strand]:
    lanes: dict[str, list[Exchange]] = {}
    for exchange in session.exchanges:
        lanes.setdefault(exchange.call.lane, []).append(exchange)
    return {lane: InOrder(exchanges) for lane, exchanges in lanes.items()}


def _leading_to(answered: Sequence[Exchange], lane: str) -> Sequence[Exchange]:
    """Return the answered calls of a lane and of those that started it; of all lanes when it has none."""
    causal = [exchange for exchange in answered if f"{lane}.".startswith(f"{exchange.call.lane}.")]
    return causal or answered


def _tools(expected: Exchange | None, call: Call | None) -> Sequence[str]:
    """Tell that the tools part of the execution hash changed: other definitions are offered than were recorded."""
    if expected is None or call is None or tools_hash([expected.call]) == tools_hash([call]):
        return ()
    return ("changed since the recording: the tool definitions",)
