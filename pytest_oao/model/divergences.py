"""The first place where a replayed run differs from its cassette."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Outcome

Name: TypeAlias = Literal[
    "request changed",
    "tool arguments changed",
    "call missing",
    "extra call",
    "calls reordered",
    "other kind of call",
    "tool outcome changed",
    "outcome changed",
    "session ended late",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: at `path`, `expected` was recorded and `actual` came."""

    path: str
    """A JSON path, `$.messages[3].content`; list items are numbered as in `expected`, added ones as in `actual`."""
    kind: Literal["changed", "added", "removed", "moved"]
    expected: JSON = None
    actual: JSON = None
    text: tuple[str, ...] = ()
    """For changed text: its word-level diff, a line an item, each starting with `  `, `- ` or `+ `."""
    amid: bool = False
    """Of an added item: whether a recorded one that is still there has its number."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What differs between two requests, within a budget."""

    changes: tuple[Change, ...] = ()
    omitted: int = 0
    """How many more differences there are."""
    cause: str = ""
    """The likely cause in one sentence, or the empty string."""
    cut: bool = False
    """Whether so much differs that not all of it was looked into: there may be more differences than are counted."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """What was expected at one position of one lane, what came, and what was around it."""

    name: Name
    number: int
    """The call's number in the cassette, from 1, as `oao show` has it: clocks that were read are numbered too."""
    total: int
    """The last number in the cassette."""
    lane: str
    expected: Exchange | None = None
    actual: Call | None = None
    explanation: Explanation = Explanation()
    before: tuple[Exchange, ...] = ()
    """The exchanges just before, oldest first."""
    notes: tuple[str, ...] = ()
    """Other facts worth telling: parts of the execution hash that changed, what an import lacked, …."""
    cassette: str = ""
    remedies: tuple[str, ...] = field(default=())
    """Commands to run, each with what it does."""
    outcome: Outcome | None = None
    """What a call came to that was performed for real, where that differs from what is recorded."""
