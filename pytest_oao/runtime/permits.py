"""What a gateway asks before, during and after each call; where no policy is in force, nothing is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session
from pytest_oao.model.verdicts import Verdict
from pytest_oao.model.violations import Breach, Violation, When
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.rules import Rule
from pytest_oao.ports import Approval, Reply
from pytest_oao.runtime.first_results import Repeated
from pytest_oao.runtime.lanes import Within
from pytest_oao.runtime.pending import Pending

Approve = Callable[[Call], "Approval | bool | None"]
"""Decides on a call; None leaves it to somebody else."""
Checkpoint = Callable[[Call], object]
"""Does what must be done before a destructive tool runs."""


@dataclass(slots=True)
class Permit:
    """A call on its way: what is known of it, and what rules said to it so far."""

    call: Call
    facts: Facts | None = None
    verdicts: tuple[Verdict, ...] = ()
    identity: str = ""
    """What is equal for equal calls of an idempotent tool, of which this is one."""
    receiver: object = None
    """What the call is made on: a method's object, a server's session."""
    is_first: bool = False
    """Whether others wait for it."""


class Hooks(NamedTuple):
    """What the project has a say in."""

    approve: Approve | None = None
    checkpoint: Checkpoint | None = None
    rules: Sequence[Rule] = ()

    def over(self, others: "Hooks") -> "Hooks":
        """Return these with those of others where they say nothing; all rules hold."""
        rules = (*others.rules, *self.rules)
        return Hooks(self.approve or others.approve, self.checkpoint or others.checkpoint, rules)


NO_HOOKS = Hooks()


class Unguarded:
    """Says nothing: no policy is in force."""

    policy: Policy | None = None
    """What the session is held to."""
    may_refuse = False
    """Whether there are rules that may refuse a call."""
    is_gated = False
    """Whether there may be something to do between the leave for a call and its beginning."""
    asks_why = False
    """Whether it has to know, in a replay too, which answer of a model asked for a tool."""

    def __init__(self, hooks: Hooks = NO_HOOKS) -> None:
        self.hooks = hooks

    def permit(self, call: Call, within: Within, said: Reply, *, live: bool) -> tuple[Permit, Breach | None]:
        """Return what goes along with a call, and why it may not be made.

        `said` is what the model said that asked for it; where it is not `live`, a record tells when it was made.
        """
        del within, said, live
        return Permit(call), None

    def approve(self, permit: Permit) -> Breach | None:
        """Have a person asked, where one must be; return why the call may not be made."""

    def prepare(self, permit: Permit) -> Breach | None:
        """Have done what must be before a call is performed; return why it may not be."""

    def repeated(self, permit: Permit) -> Repeated | Pending | None:
        """Return the first result of an idempotent tool, or the first call, where it was called so before."""

    def begins(self, permit: Permit, *, live: bool) -> Breach | None:
        """Return why a call may not begin after all, now that whatever it had to wait for is over."""

    def starts(self, seq: int, permit: Permit) -> None:
        """Say that a call is performed."""

    def permit_of(self, seq: int) -> Permit | None:
        """Return what goes along with a call that is being made; None where this was not asked about it."""

    def abandoned(self, seq: int) -> None:
        """Say that nobody is to wait for a call: it has no outcome, or comes piece by piece."""

    def watch(self, seq: int) -> Callable[[bytes], Breach | None] | None:
        """Return what looks at each chunk of an answer, None where nothing does."""

    def settled(self, exchange: Exchange, raw: Outcome) -> tuple[Exchange, Breach | None]:
        """Return a performed exchange with its verdicts, and what it has broken; `raw` is its outcome as it came."""
        del raw
        return exchange, None

    def answered(self, permit: Permit, exchange: Exchange, record: Session | None) -> Breach | None:
        """Return what an exchange of a record has broken that answers a call."""

    def violation(self, breach: Breach, call: Call, number: int, when: When, where: str) -> Violation:
        """Return what tells of a broken rule, and of what led there."""
        return Violation("", breach, when, call, number, where=where)
