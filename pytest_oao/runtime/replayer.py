"""Answers each call from the record, and says where a run leaves it.

A call that equals a *later* one of its lane is answered all the same, and the difference kept: only what comes next
tells whether the calls in between were moved (`calls reordered`) or left out (`call missing`). The run has failed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytest_oao.errors import Diverged
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Divergence, Explanation, Name
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.judgement import name_of
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.strands import AnyOrder, InOrder, Strand

BEFORE = 2
"""How many answered calls a report shows before the one that differs."""


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
        self._moved: Divergence | None = None

    def answer(self, call: Call) -> Exchange | None:
        """Return the recorded exchange of this call; raises Diverged when there is none."""
        strand = self._strand(call.lane)
        position = self._find(strand, call)
        if position is None:
            raise Diverged(self._difference(strand, call))
        expected = strand.expected()
        if self._any is None and strand.at(position) is not expected:
            self._notice_skip(expected, call)
        return self._take(strand, position)

    def _find(self, strand: Strand, call: Call) -> int | None:
        """Return where the call is recorded: the next one if it is the same, else one of the same bytes, or alike."""
        expected = next(strand.candidates(), None)
        if expected is not None and self._is(strand, expected, call):
            return expected
        for alike in (self.matcher.identical, self.matcher.same):
            for position in strand.candidates():
                if alike(strand.at(position).call, call):
                    return position
        return None

    def _is(self, strand: Strand, position: int, call: Call) -> bool:
        """Whether the call may be the next one: in any order, only the same bytes say so at once."""
        alike = self.matcher.same if self._any is None else self.matcher.identical
        return alike(strand.at(position).call, call)

    def delay(self, seconds: float) -> float:
        """Return no delay: the attempt that follows is recorded too."""
        return seconds * 0.0

    def finish(self) -> None:
        """Raise Diverged when recorded calls were never made."""
        if self._moved is not None:
            raise Diverged(self._moved)
        left = sorted((exchange for strand in self._all() for exchange in strand.left()), key=lambda one: one.seq)
        if left:
            count = len(left)
            cause = f"the run ended, and {count} recorded call{'s were' if count > 1 else ' was'} never made"
            raise Diverged(self._divergence("call missing", left[0], None, Explanation(cause=cause)))

    def _strand(self, lane: str) -> Strand:
        return self._any or self._strands.setdefault(lane, InOrder(()))

    def _all(self) -> Sequence[Strand]:
        return [self._any] if self._any is not None else list(self._strands.values())

    def _take(self, strand: Strand, position: int) -> Exchange:
        exchange = strand.take(position)
        self.matcher.served(exchange)
        self._answered.append(exchange)
        return exchange

    def _notice_skip(self, expected: Exchange | None, call: Call) -> None:
        if self._moved is None:
            cause = "the agent went on to a later call of the record without making this one"
            self._moved = self._divergence("call missing", expected, call, Explanation(cause=cause))

    def _difference(self, strand: Strand, call: Call) -> Divergence:
        """Return the first difference of the run, which the call that just came may only have made clear."""
        if any(self.matcher.same(skipped.call, call) for skipped in strand.skipped):
            assert self._moved is not None
            return replace(
                self._moved, name="calls reordered", explanation=Explanation(cause="the agent made this call later")
            )
        if self._moved is not None:
            return self._moved
        expected = strand.expected() or self._elsewhere(call)
        name = name_of(expected if strand.expected() else None, call, self._answered)
        explanation = self.matcher.explain(expected, call) if name == "request changed" else Explanation()
        return self._divergence(name, expected, call, explanation)

    def _elsewhere(self, call: Call) -> Exchange | None:
        """Return an exchange of another lane that equals the call, to tell what moved."""
        left = (exchange for strand in self._all() for exchange in strand.left())
        return next((exchange for exchange in left if self.matcher.same(exchange.call, call)), None)

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
            notes=(*self.matcher.notes, *self._lacks(), *self._notes()),
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
