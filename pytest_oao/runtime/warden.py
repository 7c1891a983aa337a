"""A policy at work in a session: what it says to each call, before, while the answer comes, and after.

The gateway asks in this order; what is marked (*) is outside its lock, so that other lanes go on:

    permit      every rule that needs no place in time; a call that may be made is counted from here on
    approve (*) a person, where one must be asked
    answered    where a record answers: the call's place is known now, and it is settled at once
    repeated    where nobody answers: an idempotent tool's first result, or its first call, which is waited for
    prepare (*) the checkpoint hook
    begins      the rules once more that look at time and order, by when the call really begins
    starts      what it takes at least is counted; `watch` looks at each chunk of its answer
    settled     what it came to; `abandoned` where nobody will know
"""

import json
from collections import deque
from collections.abc import Awaitable, Callable

from pytest_oao.errors import OaoError
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.outcomes import Outcome, is_whole
from pytest_oao.model.sessions import Session
from pytest_oao.model.verdicts import Verdict
from pytest_oao.model.violations import LAST, Breach, Spent, Violation, When
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.gates import Gate, RequireApproval
from pytest_oao.policy.judge import Judge
from pytest_oao.policy.permissions import shown
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.tally import Settled
from pytest_oao.ports import Reply
from pytest_oao.providers.session_description import described_exchange
from pytest_oao.providers.stream_texts import StreamText
from pytest_oao.runtime.approvals import Approvals
from pytest_oao.runtime.call_facts import facts_of, rationale_of, settled_of
from pytest_oao.runtime.first_results import FirstResults, Repeated, call_id
from pytest_oao.runtime.lanes import Within, perform
from pytest_oao.runtime.pending import Pending
from pytest_oao.runtime.permits import NO_HOOKS, Hooks, Permit, Unguarded
from pytest_oao.runtime.real_time import now
from pytest_oao.runtime.recorded_places import Inner, Numbers, Places, made

_ALLOWED = (Verdict("allowed"),)
_NO_RULES = Policy()
"""Of a session that is held to rules of the project's own only."""


class Warden(Unguarded):
    """Holds a policy to one session. The gateway sees to it that one call is judged at a time."""

    may_refuse = True

    def __init__(self, policy: Policy | None, prices: Prices, hooks: Hooks = NO_HOOKS) -> None:
        super().__init__(hooks)
        self.policy = policy
        self._prices = prices
        policy = policy or _NO_RULES
        self._judge = Judge(policy, prices, hooks.rules)
        self._approvals = Approvals(hooks.approve)
        self._approval = RequireApproval(Gate(policy, lambda one: one.require_approval))
        self._idempotent = Gate(policy, lambda one: one.idempotent)
        self._checkpoint = Gate(policy, lambda one: one.checkpoint_before)
        self._reasons = Gate(policy, lambda one: one.require_rationale)
        self.asks_why = not self._reasons.is_open
        self.is_gated = not (self._approval.is_open and self._checkpoint.is_open and self._idempotent.is_open)
        self._open: dict[int, Permit] = {}
        self._stopped: dict[int, Breach] = {}
        self._firsts = FirstResults()
        self._last: deque[Settled] = deque(maxlen=LAST)
        self._receivers: dict[int, object] = {}
        self._places = Places()
        self._inner = Inner(())
        self._numbers: Numbers | None = None

    def permit(self, call: Call, within: Within, said: Reply, *, live: bool) -> tuple[Permit, Breach | None]:
        """Judge a call by everything but what only a person can say; by its time too, where it may have to wait."""
        facts = facts_of(call, within, now() if live and self.is_gated else None)
        permit = Permit(call, facts)
        if self._reasons.holds(facts):
            facts.rationale = rationale_of(said)
            permit.verdicts += (Verdict("allowed", "require_rationale", why=facts.rationale),)
        return permit, self._judge.before(facts)

    def approve(self, permit: Permit) -> Breach | None:
        """Have a person asked about a call that must be approved, unless a framework has asked already."""
        facts = _known(permit)
        if self._approval.before(facts, self._judge.tally) is None:
            return None
        limit = "a person must approve it"
        approval = self._approvals.of(facts)
        if approval is None and self._approvals.was_never_asked(facts):
            found, remedy = f"{shown(facts)} was approved by nobody when it was recorded", "have it recorded again"
            return Breach("require_approval", limit, found, remedy=remedy)
        try:
            approval = approval or self._approvals.ask(facts)
        except Exception as error:
            if isinstance(error, OaoError):
                raise
            found = f"{shown(facts)} was not decided on: {type(error).__name__}: {error}"
            return Breach("require_approval", limit, found)
        if not approval.approved:
            reason = f": {approval.reason}" if approval.reason else ""
            found = f"{shown(facts)} was refused by {approval.by}{reason}"
            return Breach("require_approval", limit, found)
        facts.approved = True
        permit.verdicts += (Verdict("approved", "require_approval", approval.by, approval.reason),)
        return None

    def prepare(self, permit: Permit) -> Breach | None:
        """Run the checkpoint hook before a call that it is asked for."""
        facts = _known(permit)
        if not self._checkpoint.holds(facts):
            return None
        limit = "the checkpoint must succeed before"
        if self.hooks.checkpoint is None:
            remedy = "implement pytest_oao_checkpoint, or give record(checkpoint=...)"
            return Breach("checkpoint_before", limit, "there is no checkpoint hook", remedy=remedy)
        try:
            with perform():  # what it does is no call of the agent's
                _require_done(self.hooks.checkpoint(permit.call))
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no checkpoint
            return Breach("checkpoint_before", limit, f"{type(error).__name__}: {error}")
        except BaseException:
            self._leave(permit)
            raise
        permit.verdicts += (Verdict("checkpointed", "checkpoint_before"),)
        return None

    def repeated(self, permit: Permit) -> Repeated | Pending | None:
        """Return the first result of an idempotent tool that was called with equal arguments, or its first call."""
        facts = _known(permit)
        if not self._idempotent.holds(facts):
            return None
        permit.identity = permit.identity or self._identity(permit)
        first = self._firsts.of(permit.identity)
        if first is None:
            permit.is_first = True
        elif isinstance(first, Repeated):
            permit.verdicts += (Verdict("skipped", "idempotent", why=f"the result of #{first.seq}"),)
        elif self._is_awaited(permit):
            return None
        return first

    def _identity(self, permit: Permit) -> str:
        """Return what is equal for calls of one tool on one object with equal arguments, however they are ordered."""
        facts, receiver = _known(permit), permit.receiver
        if receiver is not None:
            self._receivers[id(receiver)] = receiver  # kept, so that no other object gets its id
        return json.dumps([facts.tool, id(receiver), dict(facts.arguments)], sort_keys=True)

    def _is_awaited(self, permit: Permit) -> bool:
        """Whether a call is part of one that others wait for: if it waited too, they might wait for each other."""
        parent = permit.call.parent
        while parent in self._open:
            outer = self._open[parent]
            if outer.is_first:
                return True
            parent = outer.call.parent
        return False

    def begins(self, permit: Permit, *, live: bool) -> Breach | None:
        """Judge a call once more by when it is made, which is not when somebody was asked to approve it."""
        facts = _known(permit)
        facts.at = now() if live else None
        return self._judge.begins(facts)

    def permit_of(self, seq: int) -> Permit | None:
        """Return what goes along with a call that is being made."""
        return self._open.get(seq)

    def abandoned(self, seq: int) -> None:
        """Let nobody wait for a call any more."""
        if seq in self._open:
            self._leave(self._open[seq])

    def _leave(self, permit: Permit) -> None:
        if permit.is_first:
            permit.is_first = False
            self._firsts.failed(permit.identity)

    def starts(self, seq: int, permit: Permit) -> None:
        """Count what the call will take at least, and remember what was said to it."""
        self._open[seq] = permit
        self._judge.starts(seq, _known(permit))

    def watch(self, seq: int) -> Callable[[bytes], Breach | None] | None:
        """Return what counts the text of a model's answer as it comes, and looks at the clock."""
        permit = self._open.get(seq)
        if permit is None or not self._judge.watches:
            return None
        facts = _known(permit)
        text = StreamText() if facts.is_model else None

        def look(chunk: bytes) -> Breach | None:
            moment = None if facts.at is None else now()
            breach = self._judge.streamed(seq, text.tokens(chunk) if text is not None else 0, moment)
            if breach is not None:
                self._stopped[seq] = breach
            return breach

        return look

    def settled(self, exchange: Exchange, raw: Outcome) -> tuple[Exchange, Breach | None]:
        """Add a performed call to the ledger; its verdicts are written down with it."""
        permit = self._open.pop(exchange.seq, None)
        if permit is None:  # it began before this policy was in force
            return exchange, None
        facts = _known(permit)
        settled = settled_of(exchange, facts, self._prices)
        breach = self._settle(settled, exchange.seq)
        if permit.identity and not settled.line.failed and is_whole(raw):
            self._firsts.succeeded(permit.identity, Repeated(exchange.seq, raw, call_id(facts.call)))
        self._leave(permit)
        self._approvals.heard(facts.call, raw)
        broken = self._stopped.pop(exchange.seq, None) or breach
        return self._told(settled.exchange, permit, broken), breach

    def answered(self, permit: Permit, exchange: Exchange, record: Session | None) -> Breach | None:
        """Add a recorded call to the ledger, and before it those that were made within it when it was recorded."""
        facts = _known(permit)
        if record is not None and self._numbers is None:
            judged = made(record)
            self._numbers, self._inner = Numbers(judged), Inner(judged)
        self._place(facts, exchange)
        self._places.add(exchange)
        self._approvals.heard(facts.call, exchange.outcome)
        breach = self._judge.begins(facts)
        if exchange.call.kind == TOOL:
            for one in self._inner.of(exchange):
                breach = breach or self._recorded(one)
        return breach or self._settle(settled_of(exchange, facts, self._prices))

    def _place(self, facts: Facts, exchange: Exchange) -> None:
        """Say when a recorded call was made, and which of its kind it was."""
        facts.at = exchange.started_at or None
        facts.number = self._numbers.of(exchange) if self._numbers is not None else 0

    def _recorded(self, exchange: Exchange) -> Breach | None:
        """Judge a call that was made inside a tool, which is answered as a whole now."""
        within = self._places.within(exchange)
        self._places.add(exchange)
        facts = facts_of(exchange.call, within)
        self._place(facts, exchange)
        breach = self._judge.before(facts) or self._judge.begins(facts)
        return breach or self._settle(settled_of(exchange, facts, self._prices))

    def _settle(self, settled: Settled, seq: int | None = None) -> Breach | None:
        breach = self._judge.after(settled, seq)
        self._last.append(settled)
        return breach

    @property
    def ledger(self) -> Ledger:
        """What the session has made and spent so far."""
        return self._judge.tally.ledger

    def violation(self, breach: Breach, call: Call, number: int, when: When, where: str) -> Violation:
        """Return what tells of a broken rule: what was spent until then, and the last calls."""
        name = self.policy.name if self.policy is not None else ""
        before = tuple(Spent(described_exchange(one.exchange), one.line) for one in self._last)
        return Violation(name, breach, when, call, number, self.ledger, before, where)

    def _told(self, exchange: Exchange, permit: Permit, broken: Breach | None) -> Exchange:
        verdicts = permit.verdicts or _ALLOWED
        return Exchange(
            exchange.seq,
            exchange.call,
            exchange.outcome,
            exchange.started_at,
            exchange.duration,
            exchange.attributes,
            verdicts if broken is None else (*verdicts, broken.denial),
        )


def _known(permit: Permit) -> Facts:
    assert permit.facts is not None  # it was made by `permit` above
    return permit.facts


def _require_done(made: object) -> None:
    """Refuse what a coroutine function returns: nobody awaits it here, and nothing was done."""
    if isinstance(made, Awaitable):
        getattr(made, "close", tuple)()
        raise TypeError("the hook is asynchronous: write a plain function")
