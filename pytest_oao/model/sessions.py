"""One run of an agent: header, ordered exchanges, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Literal

from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, Usage
from pytest_oao.model.jsontypes import JSON

FORMAT = 1
"""The version of the journal and cassette formats that this release writes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a session comes from: recorded by us, or imported, and then what the import lacked."""

    kind: Literal["recorded", "imported"] = "recorded"
    format: str = ""
    """The importer's name (`vcrpy`, `har`); empty when recorded."""
    source: str = ""
    """The name of the imported file, without its folders."""
    lacked: tuple[str, ...] = ()
    """What the source format cannot carry: `timing`, `chunks`, …; never compared, always told."""
    original: Body = EMPTY
    """The source's records, verbatim: a line of JSON each; empty where the exchanges hold all that the source told."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The execution hash: what ran, as four sha256 (hex; empty where unknown) and the files behind the agent's."""

    task: str = ""
    agent: str = ""
    policy: str = ""
    tools: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Path below the project root → sha256 of the source, of each module behind `agent`."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a session before its first call."""

    id: str
    """Names the session; file-name safe."""
    format: int = FORMAT
    origin: Origin = Origin()
    test: str = ""
    """The pytest node id; empty outside pytest."""
    execution: Execution = Execution()
    runtime: Mapping[str, str] = field(default_factory=dict)
    """Package → version, of Python and of the SDKs in use."""
    redaction: tuple[str, ...] = ()
    """Names of the redaction rules that were in force."""
    metadata: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def of_our_run(self) -> Mapping[str, JSON]:
        """The metadata, where a run of ours wrote them: by the same names, another tool's users mean other things."""
        return self.metadata if self.origin.kind == "recorded" or self.test else {}

    @property
    def of_our_test(self) -> Mapping[str, JSON]:
        """The metadata, where a test of ours wrote them: by names of its own, which a program may mean anything by."""
        return self.metadata if self.test else {}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ended."""

    status: Literal["passed", "failed", "stopped", "unknown"] = "unknown"
    """`passed`/`failed`: what the test or caller said; `stopped`: by a policy or a person; `unknown`: imports."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A run: `ending` is None while it is going on, and for ever when it was killed."""

    header: Header
    exchanges: tuple[Exchange, ...] = ()
    ending: Ending | None = None
    in_doubt: tuple[Call, ...] = ()
    """Calls that were started and never settled: they may or may not have happened."""

    @property
    def usage(self) -> Usage:
        """The tokens of all exchanges together."""
        return reduce(add, (exchange.usage for exchange in self.exchanges), Usage())

    @property
    def complete(self) -> bool:
        """Whether the record holds the run to its end."""
        return self.ending is not None and not self.in_doubt

    @property
    def is_rebuilt(self) -> bool:
        """Whether it was put together of what another tool tells, call by call, and not of the bytes that were sent."""
        return any(exchange.provenance is not None for exchange in self.exchanges)
