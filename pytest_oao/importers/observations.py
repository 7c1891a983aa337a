"""Host calls as a dump tells them: what an importer makes of its records, and what sessions are built of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_oao.model.calls import Headers
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised


@dataclass(frozen=True, slots=True)
class Native:
    """A request or an answer in its provider's own JSON or SSE, though not byte for byte."""

    data: bytes
    url: str = ""
    """Of a request: where it went, or the API's usual address: `https://api.openai.com/v1/chat/completions`."""
    media_type: str = "application/json"
    status: int = 200
    """Of an answer."""
    retried: bool = False
    """Of a failure: whether the attempt that followed has a record of its own."""
    method: str = "POST"
    """Of a request; one to a URL that is no model API's is a call over HTTP like any other."""
    headers: Headers = ()
    """Of an answer, beside its media type."""
    parsed: tuple[JSON] | None = field(default=None, compare=False, repr=False)
    """What the bytes say, where they were made of it: as `Body.parsed`."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that was run."""

    name: str
    arguments: JSON = None
    """By the names of its parameters, where the source has them."""
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person was asked, or the task that a person gave."""

    text: str
    subject: str = "ask"
    told: JSON = None
    """What a seam of ours would keep of it, where that is more than a text."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a tool returned, or a person answered, as plain data."""

    value: JSON = None


Asked: TypeAlias = ModelRequest | Native | ToolUse | Question
Came: TypeAlias = ModelResponse | ModelFailure | Native | Value | Raised


@dataclass(frozen=True, slots=True)
class ToldCall:
    """What the fields of a record tell of a host call, wherever the record stands."""

    asked: Asked
    came: Came | None
    lacked: frozenset[str] = frozenset()
    inferred: frozenset[str] = frozenset()
    truncated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCall:
    """A host call, or an attempt of one, as one record of a dump tells it."""

    id: str
    """What the source calls the record: unique in its run."""
    where: str
    """The place in the file, for errors: `dump.jsonl: line 3`."""
    asked: Asked
    came: Came | None = None
    """None where the record does not tell how the call ended."""
    run: str = ""
    """Which run of the agent it belongs to: a trace, a thread, a file; empty where the records do not tell."""
    parent: str = ""
    """The `id` of the record that it stands below: a scope's, or a tool's that made calls of its own."""
    started_at: float = 0.0
    """Seconds since the epoch, or 0.0 where unknown."""
    ended_at: float = 0.0
    order: tuple[object, ...] = ()
    """What the source orders its records by besides: a position in a file, a step."""
    agent: str = ""
    """`gen_ai.agent.name`, where the record itself has it."""
    lacked: frozenset[str] = frozenset()
    """What this record cannot tell: the words of `model.provenance`."""
    inferred: frozenset[str] = frozenset()
    truncated: frozenset[str] = frozenset()
    not_tools: frozenset[str] = frozenset()
    """Names that its answer asks for which the agent has no tools of: handoffs, which a framework makes itself."""
    after: frozenset[str] = frozenset()
    """The `id`s of records that must come before this one, where the source says so."""
    original: JSON = None
    """The source's record, verbatim; None where another record stands for it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What calls stand in: a run of the agent, of a sub-agent, of a chain, a step, a span around others."""

    id: str
    where: str
    run: str = ""
    parent: str = ""
    name: str = ""
    agent: str = ""
    """The agent's name, where the scope is one's run; scopes of other kinds leave it empty."""
    started_at: float = 0.0
    ended_at: float = 0.0
    input: JSON = None
    output: JSON = None
    error: str = ""
    """What went wrong in it; empty where nothing did."""
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    """What a platform knows its runs by: `conversation`, `user`, `version`, …."""
    own: Mapping[str, JSON] = field(default_factory=dict)
    """What a team wrote beside, by names of its own."""
    tags: tuple[str, ...] = ()
    lacked: frozenset[str] = frozenset()
    """What the record shows that there was, and that no session can have."""
    original: JSON = None


Observation: TypeAlias = ObservedCall | Scope
