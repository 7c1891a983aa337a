"""A policy at work in a session: what it says to each call, before, while the answer comes, and after."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import time
from typing import NamedTuple

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session
from pytest_oao.model.verdicts import Verdict
from pytest_oao.model.violations import Breach, Spent, Violation, When
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.gates import Gate, RequireApproval
from pytest_oao.policy.judge import Judge
from pytest_oao.policy.permissions import shown
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled
from pytest_oao.ports import Reply
from pytest_oao.providers.stream_texts import StreamText
from pytest_oao.runtime.approvals import Approvals, Approve
from pytest_oao.runtime.call_facts import FEWEST, facts_of, rationale_of, settled_of
from pytest_oao.runtime.lanes import Within, perform
from pytest_oao.runtime.permits import Permit, Repeated, Unguarded
from pytest_oao.runtime.recorded_places import Inner, Places

LAST = 8
"""How many calls a violation tells that were before it."""

Checkpoint = Callable[[Call], object]
"""Does what must be done before a destructive tool runs."""


class Hooks(NamedTuple):
    """What the project has a say in."""

    approve: Approve | None = None
    checkpoint: Checkpoint | None = None
    rules: Sequence[Rule] = ()


NO_HOOKS = Hooks()


class Warden(Unguarded):
    """Holds a policy to one session. The gateway sees to it that one call is judged at a time."""

    def __init__(self, policy: Policy, prices: Prices, hooks: Hooks = NO_HOOKS) -> None:
        self.policy: Policy = policy
        self._prices, self._hooks = prices, hooks
        self._judge = Judge(policy, prices, hooks.rules)
        self._approvals = Approvals(hooks.approve)
        self._approval = RequireApproval(Gate(policy, lambda one: one.require_approval))
        self._idempotent = Gate(policy, lambda one: one.idempotent)
        self._checkpoint = Gate(policy, lambda one: one.checkpoint_before)
        self._reasons = Gate(policy, lambda one: one.require_rationale)
        self.asks_why = not self._reasons.is_open
        self._open: dict[int, Permit] = {}
        self._stopped: dict[int, Breach] = {}
        self._first: dict[str, Repeated] = {}
        self._last: deque[Spent] = deque(maxlen=LAST)
        self._places = Places()
        self._inner = Inner()

    def permit(self, call: Call, within: Within, at: float | None, said: Reply) -> tuple[Permit, Breach | None]:
        """Judge a call by everything but what only a person can say."""
        facts = facts_of(call, within, at)
        permit = Permit(call, facts)
        if self._reasons.holds(facts):
            facts.rationale = rationale_of(said)
            permit.verdicts.append(Verdict("allowed", "require_rationale", why=facts.rationale))
        return permit, self._judge.before(facts)

    def approve(self, permit: Permit) -> Breach | None:
        """Have a person asked about a call that must be approved, unless a framework has asked already."""
        facts = _known(permit)
        if self._approval.before(facts, self._judge.tally) is None:
            return None
        approval = self._approvals.of(facts) or self._approvals.ask(facts)
        if not approval.approved:
            reason = f": {approval.reason}" if approval.reason else ""
            found = f"{shown(facts)} was refused by {approval.by}{reason}"
            return Breach("require_approval", "a person must approve it", found)
        facts.approved = True
        permit.verdicts.append(Verdict("approved", "require_approval", approval.by, approval.reason))
        return None

    def prepare(self, permit: Permit) -> Breach | None:
        """Run the checkpoint hook before a call that it is asked for."""
        facts = _known(permit)
        if not self._checkpoint.holds(facts):
            return None
        limit = "the checkpoint must succeed before"
        if self._hooks.checkpoint is None:
            remedy = "implement pytest_oao_checkpoint, or give record(checkpoint=...)"
            return Breach("checkpoint_before", limit, "there is no checkpoint hook", remedy=remedy)
        try:
            with perform():  # what it does is no call of the agent's
                self._hooks.checkpoint(permit.call)
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no checkpoint
            return Breach("checkpoint_before", limit, f"{type(error).__name__}: {error}")
        permit.verdicts.append(Verdict("checkpointed", "checkpoint_before"))
        return None

    def repeated(self, permit: Permit) -> Repeated | None:
        """Return the first result of an idempotent tool that was called with equal arguments."""
        facts = _known(permit)
        if not self._idempotent.holds(facts):
            return None
        first = self._first.get(_identity(facts))
        if first is not None:
            permit.verdicts.append(Verdict("skipped", "idempotent", why=f"the result of #{first.seq}"))
        return first

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
        text = StreamText(FEWEST) if facts.is_model else None

        def look(chunk: bytes) -> Breach | None:
            now = None if facts.at is None else time()
            breach = self._judge.streamed(seq, text.tokens(chunk) if text is not None else 0, now)
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
        if self._idempotent.holds(facts) and not settled.line.failed:
            self._first.setdefault(_identity(facts), Repeated(exchange.seq, raw))
        self._approvals.heard(exchange)
        broken = self._stopped.pop(exchange.seq, None) or breach
        return self._told(settled.exchange, permit, broken), breach

    def answered(self, permit: Permit, exchange: Exchange, record: Session | None) -> Breach | None:
        """Add a recorded call to the ledger, after those that were made within it when it was recorded."""
        facts = _known(permit)
        breach = None
        if exchange.call.kind == TOOL and record is not None:
            for one in self._inner.of(exchange, record):
                breach = breach or self._recorded(one)
        facts.at = exchange.started_at or None
        self._places.add(exchange)
        self._approvals.heard(exchange)
        return breach or self._judge.timed(facts) or self._settle(settled_of(exchange, facts, self._prices))

    def _recorded(self, exchange: Exchange) -> Breach | None:
        """Judge a call that was made inside a tool, which is answered as a whole now."""
        within = self._places.within(exchange)
        self._places.add(exchange)
        facts = facts_of(exchange.call, within, exchange.started_at or None)
        breach = self._judge.before(facts)
        return breach or self._settle(settled_of(exchange, facts, self._prices))

    def _settle(self, settled: Settled, seq: int | None = None) -> Breach | None:
        breach = self._judge.after(settled, seq)
        self._last.append(Spent(settled.exchange, settled.line))
        return breach

    def violation(self, breach: Breach, call: Call, number: int, when: When, where: str) -> Violation:
        """Return what tells of a broken rule: what was spent until then, and the last calls."""
        ledger = self._judge.tally.ledger
        return Violation(self.policy.name, breach, when, call, number, ledger, tuple(self._last), where)

    def _told(self, exchange: Exchange, permit: Permit, broken: Breach | None) -> Exchange:
        verdicts = permit.verdicts or [Verdict("allowed")]
        return replace(exchange, verdicts=(*verdicts, *([denial(broken)] if broken else ())))


def denial(breach: Breach) -> Verdict:
    """Return what a broken rule says to the call that broke it."""
    return Verdict("denied", breach.rule, why=f"{breach.found}; {breach.limit}")


def _known(permit: Permit) -> Facts:
    assert permit.facts is not None  # it was made by `permit` above
    return permit.facts


def _identity(facts: Facts) -> str:
    """Return what is equal for calls of one tool with equal arguments, in whichever order they are named."""
    return json.dumps([facts.tool, dict(facts.arguments)], sort_keys=True)
