"""A rule that a run broke, with what led there."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.model.verdicts import Verdict

When: TypeAlias = Literal["before", "during", "after", "found"]
_LONG, _HEAD = 300, 200
LAST = 8
"""How many calls a violation tells that were before it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken: the limit, and what was found."""

    rule: str
    limit: str
    """`at most 10`, `not allowed: write_file(path="prod/**")`."""
    found: str
    """`11 steps`, `write_file(path="prod/db.yaml")`."""
    estimated: bool = False
    """Whether the number is partly an estimate: of what a request will take, or of what a stream has brought so far."""
    remedy: str = ""

    def with_found(self, text: str) -> "Breach":
        """Return the breach with another text for what was found, cut in its middle where it is long."""
        return replace(self, found=text if len(text) <= _LONG else f"{text[:_HEAD]} … {text[_HEAD - _LONG :]}")

    @property
    def denial(self) -> Verdict:
        """What the rule says to the call that broke it."""
        return Verdict("denied", self.rule, why=f"{self.found}; {self.limit}")


@dataclass(frozen=True, slots=True)
class Spent:
    """An exchange, and its line of the ledger."""

    exchange: Exchange
    line: Line


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken by a run, with what led there."""

    policy: str
    """The policy's name, or the empty string."""
    breach: Breach
    when: When
    """Whether the call that broke it was not made, was stopped while its answer came, or was answered.

    `found`: in a session that is over, which nobody stopped there.
    """
    call: Call | None = None
    number: int = 0
    """Which call of the session it is, from 1."""
    ledger: Ledger = field(default_factory=Ledger)
    """What was spent until then."""
    before: tuple[Spent, ...] = ()
    """The calls just before, oldest first."""
    where: str = ""
    """The test, or the file of the session."""
