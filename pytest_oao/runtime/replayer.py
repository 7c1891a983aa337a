"""Answers each call from the record, and says where a run leaves it.

A call that equals a *later* one of its lane is answered all the same, and the difference kept: only what comes next
tells whether the calls in between were moved (`calls reordered`) or left out (`call missing`). The run has failed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pytest_oao.errors import Diverged
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Divergence, Explanation, Name
from pytest_oao.model.exchanges import Exchange, last_seq
from pytest_oao.model.kinds import AGENT, MODEL, PROCESS, runs_a_tool
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Turn, Verified
from pytest_oao.providers.websocket_calls import gave_up
from pytest_oao.runtime.allowances import Allowance, allowances, any_order, performed
from pytest_oao.runtime.judgement import name_of
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.orders import Order
from pytest_oao.runtime.outliving import outlived
from pytest_oao.runtime.overruns import was_left
from pytest_oao.runtime.strands import Strand

_CHANCE = {PROCESS: ("$.polls", "$.expired", "$.unread")}
"""By kind, the parts of an outcome that depend on time alone: how often an agent asked whether a process still runs."""
_CHANGED = frozenset({"request changed", "tool arguments changed"})
BEFORE = 20
"""How many answered calls a divergence carries before the one that differs: a report shows the last of them."""


class Replayer:
    """The source of a replay: a recorded session, taken call by call."""

    def __init__(  # noqa: PLR0913 - a report needs to know all of it
        self,
        session: Session,
        matcher: Matcher,
        order: Order,
        *,
        cassette: str = "",
        site: Callable[[], Site] = Site,
        notes: Callable[[], Sequence[str]] = tuple,
        remedies: Sequence[str] = (),
        allowing: Callable[[str], str] | None = None,
        recordable: bool = False,
        leaving_out: Sequence[str] = (),
    ) -> None:
        self.session, self.matcher, self.order, self.cassette = session, matcher, order, cassette
        self._site, self._notes, self._remedies = site, notes, tuple(remedies)
        self._allowing, self._recordable, self._leaving_out = allowing, recordable, tuple(leaving_out)
        self._answered: list[Exchange] = []
        self._reached = 0
        self._moved: Divergence | None = None

    def answer(self, call: Call) -> Exchange:
        """Return the recorded exchange of this call; raises Diverged when there is none."""
        exchange = self.take(call)
        if call.kind != AGENT:  # an agent runs in a replay too
            self._reached = max(self._reached, self.order.excuse(exchange))
        return exchange

    def take(self, call: Call) -> Exchange:
        """Take the recorded exchange of this call, which is performed all the same; raises Diverged."""
        matcher = self.matcher
        strand = self.order.strand(call, lambda one: matcher.identical(one, call), lambda one: matcher.same(one, call))
        position = strand.find(call, self.matcher)
        if position is None:
            raise Diverged(self._difference(strand, call))
        missed = strand.passed_over(position)
        if missed is not None and self._moved is None:
            cause = "the agent went on to a later call of the record without making this one"
            self._moved = self._divergence("call missing", missed, call, Explanation(cause=cause))
        exchange = strand.take(position)
        self.matcher.served(exchange, call)
        self._reached = max(self._reached, exchange.seq)
        self._answered.append(exchange)
        return exchange

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Raise Diverged where a call that was performed came to something else than recorded."""
        explanation = self.matcher.explain_outcome(verified.exchange.outcome, outcome, _CHANCE.get(call.kind, ()))
        if explanation is not None:
            name: Name = "tool outcome changed" if runs_a_tool(call) else "outcome changed"
            divergence = self._divergence(name, verified.exchange, call, explanation)
            raise Diverged(replace(divergence, outcome=outcome))

    def performs(self, kind: str) -> bool:
        """Return False: every call is answered."""
        del kind
        return False

    def expects(self, call: Call) -> bool:
        """Whether a call is what the record has next on its lane."""
        expected = self.order.strand(call).expected()
        return expected is not None and self.matcher.same(expected, call)

    def delay(self, seconds: float) -> float:
        """Return no delay: the attempt that follows is recorded too."""
        del seconds
        return 0.0

    def turn(self, call: Call) -> Turn:
        """Return the recorded exchange of this call where it is due; nothing is taken."""
        strand = self.order.strand(call)
        position = strand.find(call, self.matcher)
        if position is None:
            return Turn(over=strand.is_over())
        return Turn(strand.exchanges[position] if strand.passed_over(position) is None else None)

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Raise Diverged for the first earlier exchange that was not made."""
        earlier = (one for one in self.order.left() if one.seq < exchange.seq)
        missing = next(earlier, exchange)
        raise Diverged(self._moved or self._divergence("call missing", missing, None, Explanation(cause=cause)))

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Raise Diverged, unless the run had diverged before."""
        raise Diverged(self._moved or self._divergence("session ended late", exchange, None, Explanation(cause=cause)))

    def finish(self, due: int | None = None) -> None:
        """Raise Diverged when recorded calls, those up to number `due`, were never made."""
        if self._moved is not None:
            raise Diverged(self._moved)
        left = [one for one in self.order.left() if (due is None or one.seq <= due) and not gave_up(one)]
        if left:
            cause = f"the run ended, and {_unmade(left, self.order.spared())}"
            raise Diverged(self._divergence("call missing", left[0], None, Explanation(cause=cause)))

    def _difference(self, strand: Strand, call: Call) -> Divergence:
        """Return the first difference of the run, which the call that just came may only have made clear."""
        if self._moved is not None:
            late = any(self.matcher.same(skipped, call) for skipped in strand.skipped)
            if late and self._moved.expected in strand.skipped:
                name: Name = "calls reordered"
                cause = Explanation(cause="the agent made this call later")
                ways = self._ways(name, self._moved.expected, call, cause)
                return replace(self._moved, name=name, explanation=cause, remedies=ways)
            return self._moved
        expected = strand.expected() or self.order.instead(call.lane)
        elsewhere = self._elsewhere(call)
        answered = strand.taken if expected is not None else self._answered
        lane = elsewhere.call.lane if elsewhere is not None else ""
        name = name_of(expected, self.matcher.shown(call), answered, lane)
        explanation = Explanation()
        if name in _CHANGED:
            explanation = self.matcher.explain(expected, call)
        elif name == "calls reordered" and elsewhere is not None:
            missing, why = self.order.displaced(elsewhere, call.lane)
            explanation = Explanation(cause=why)
            name = "call missing" if missing is not None else name
            expected = missing or expected or elsewhere
        return self._divergence(name, expected, call, explanation)

    def _elsewhere(self, call: Call) -> Exchange | None:
        """Return the same call of another lane in the record, answered yet or not."""
        return next((one for one in self.order.elsewhere(call.lane) if self.matcher.same(one, call)), None)

    def _divergence(
        self, name: Name, expected: Exchange | None, call: Call | None, explanation: Explanation
    ) -> Divergence:
        actual = None
        if call is not None:
            actual = replace(self.matcher.shown(call), site=self._site())
        lane = call.lane if call is not None else expected.call.lane if expected is not None else "0"
        before = [exchange for exchange in self._answered if exchange is not expected]
        return Divergence(
            name,
            number=expected.seq if expected is not None else self._reached + 1,
            total=last_seq(self.session.exchanges),
            lane=lane,
            expected=expected,
            actual=actual,
            explanation=explanation,
            before=tuple(_leading_to(before, lane)[-BEFORE:]),
            notes=(
                *self.matcher.notes,
                *self._lacks(expected, call),
                *self._notes(),
                *(self._tools(expected, call) if name in _CHANGED else ()),
                *_stranger(),
            ),
            cassette=self.cassette,
            remedies=self._ways(name, expected, call, explanation),
        )

    def _ways(
        self, name: Name, expected: Exchange | None, call: Call | None, explanation: Explanation
    ) -> tuple[str, ...]:
        """Return what to do: what helps in any case, and how this difference is let through, where it can be."""
        if name == "session ended late" and expected is not None and was_left(expected.outcome):
            return (*self._remedies, *self._leaving_out)
        if self._allowing is None or call is None:
            return self._remedies
        ways: Iterable[Allowance] = ()
        if name == "calls reordered":
            ways = any_order(self.matcher, self.order.left(), call)
        elif not self._recordable and name not in _CHANGED:
            ways = performed(call.kind, self.session.exchanges)
        elif not self._recordable and expected is not None:
            ways = allowances(self.matcher, expected, call, explanation)
        return (*self._remedies, *(f"{self._allowing(one.argument)}   # {one.when}" for one in ways))

    def _tools(self, expected: Exchange | None, call: Call | None) -> Sequence[str]:
        """Tell that the tools part of the execution hash changed: other definitions are offered than were recorded."""
        if expected is None or call is None or expected.call.kind != call.kind:
            return ()
        other = self.matcher.other_tools(expected, call)
        return ("changed since the recording: the tool definitions",) if other else ()

    def _lacks(self, expected: Exchange | None, call: Call | None) -> Sequence[str]:
        """Tell what the record's source could not carry."""
        del expected, call
        origin = self.session.header.origin
        if origin.kind != "imported":
            return ()
        lacked = f": it could not carry {', '.join(origin.lacked)}" if origin.lacked else ""
        return [f"the session was imported from {origin.format} ({origin.source}){lacked}"]


def _leading_to(answered: Sequence[Exchange], lane: str) -> Sequence[Exchange]:
    """Return the answered calls of a lane and of those that started it; of all lanes when it has none."""
    causal = [exchange for exchange in answered if f"{lane}.".startswith(f"{exchange.call.lane}.")]
    return causal or answered


def _unmade(left: Sequence[Exchange], spared: Sequence[Exchange]) -> str:
    """Return how many calls are missed, and of an import how many more were not made, so that all are accounted for."""
    count, others = len(left), len(spared)
    kind = "model call" if all(one.call.kind in MODEL for one in left) else "call"
    told = f"{count:,} recorded {kind}{'s were' if count > 1 else ' was'} never made"
    if not others:
        return told
    return f"{told}; {others:,} other{'s' if others > 1 else ''}, of tools or people, need not be"


def _stranger() -> Sequence[str]:
    """Tell where a call comes from that nobody here made: of what goes on after an earlier session."""
    earlier = outlived()
    if earlier is None:
        return ()
    start = earlier.header.test or "an earlier session"
    return (f"the call comes from a thread or task that {start} started and left",)
