"""The protocols between floors; our own built-ins implement those, too, that a hook or `record` takes of others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pytest_oao.errors import OaoError
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Session


@dataclass(frozen=True, slots=True)
class Verified:
    """A call that is performed although it is recorded: what it comes to must be what the exchange says."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Turn:
    """What would come next in the record if a call were made now."""

    exchange: Exchange | None = None
    """The exchange that is due and answers the call; None where another one is due, or none."""
    over: bool = False
    """Whether the record has nothing more to come for the call's lane."""


class Source(Protocol):
    """Who answers a call: a replayer from a cassette, a recorder not at all."""

    def answer(self, call: Call) -> Exchange | Verified | None:
        """Return the recorded exchange; a Verified or None when the adapter must perform the call; raises OaoHalt."""

    def verify(self, verified: Verified, call: Call, outcome: Outcome) -> None:
        """Say what a call came to that was performed to be verified; raises OaoHalt where that is not as recorded."""

    def performs(self, kind: str) -> bool:
        """Whether calls of a kind may have to be performed: what they need is then made ready before the first."""

    def expects(self, call: Call) -> bool:
        """Whether a call is what the record has next on its lane; a call that nobody made asks for no answer."""

    def delay(self, seconds: float) -> float:
        """Return how long a wait of `seconds` between two attempts of a call really takes."""

    def turn(self, call: Call) -> Turn:
        """Return what would come next if this call were made now, for an adapter that may have to wait with it."""

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Say that an exchange waits for earlier ones that are not made; raises OaoHalt."""

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Say that the agent goes on after the answer of a recorded exchange, where it stopped then; raises OaoHalt."""

    def finish(self, due: int | None = None) -> None:
        """Say that the run is over, or all that was to be made of its first `due` calls; raises OaoHalt when not so."""


class Sink(Protocol):
    """Where a session is written while it runs: before the program goes on, or beside it and soon."""

    def started(self, seq: int, call: Call) -> None:
        """Write down that a live call begins."""

    def settled(self, exchange: Exchange) -> None:
        """Write down how a call ended."""


class Store(Protocol):
    """Where cassettes are kept."""

    def load(self, path: Path) -> Session:
        """Read a sealed session; raises OaoError."""

    def save(self, session: Session, path: Path) -> None:
        """Seal a session at `path`, whole or not at all; raises OaoError."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A journal that a store holds."""

    session: str
    """The session's id."""
    size: int
    """Bytes."""
    changed: float
    """When it was last written, in seconds since 1970."""


class JournalWriter(Protocol):
    """Where the journal of one session goes; one thread at a time uses it."""

    def append(self, lines: bytes, *, durable: bool) -> None:
        """Add whole lines at the end; a `durable` one is as safe as the store makes it. Raises OaoError or OSError."""

    def close(self) -> None:
        """Let go of the journal: nobody writes it any more. Does not raise."""


class JournalStore(Protocol):
    """Where journals of production are kept: a folder, a bucket, a Redis. Threads may share it."""

    @property
    def is_near(self) -> bool:
        """Whether writing takes no longer than a disk: then the end of a session may wait for it."""

    @property
    def patience(self) -> float:
        """Seconds for which lines are gathered before they are written: a bucket takes whole objects only."""

    @property
    def keep(self) -> "Keep":
        """How much is kept; the oldest finished journals go."""

    def address(self, session: str) -> str:
        """Return what names a session's journal to `pytest_oao.load` and `oao import`."""

    def begin(self, session: str) -> JournalWriter:
        """Begin a journal; raises OaoError."""

    def stored(self) -> Iterator[Stored]:
        """Yield the journals that are there, in any order; raises OaoError."""

    def read(self, session: str) -> bytes:
        """Return a journal as it stands; raises OaoError, MissingFile where it is not there."""

    def remove(self, session: str) -> bool:
        """Remove a journal; return False where it may still be written, and was left. Raises OaoError."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How much a store keeps; None is without bound."""

    days: float | None = None
    bytes: int | None = None


class Dump(Protocol):
    """A file to import, its compression undone."""

    source: str
    """Its path as the user wrote it: names it in errors."""
    head: bytes
    """Its first 64 KiB, or fewer."""

    def data(self) -> bytes:
        """Return the whole content; raises HostileFile where that is too large, UnreadableFile."""

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, content) of each line that is not blank, from 1, however long the file; raises OaoError."""

    def beside(self, pattern: str) -> "Iterator[Dump]":
        """Yield the files that a pattern of `pathlib` names from the folder of this one; none where it is in none."""


class Importer(Protocol):
    """Reads a foreign recording."""

    name: str

    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins with `head` (64 KiB at most, decompressed) is of this format."""

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the sessions in a file, and an error in place of each that cannot be used; raises OaoError."""


class Puller(Protocol):
    """Fetches what a platform keeps by an id; of environment `variables` in one group, the first that is set counts."""

    scheme: str
    forms: tuple[str, ...]
    kept: str
    variables: tuple[tuple[str, ...], ...]

    def pull(self, name: str, environment: Mapping[str, str]) -> bytes:
        """Return a dump, in a shape that the platform exports itself; raises OaoError."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model asked for."""

    id: str
    name: str
    arguments: str
    """JSON text, as the model wrote it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered, whichever provider's shape it came in."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person decided about a tool's call."""

    approved: bool
    by: str = ""
    """Who it was, as the record tells it."""
    reason: str = ""


class Rule(Protocol):
    """A rule of the project's own, beside those of its policies.

    It is asked about one call at a time, and all lanes wait meanwhile: it must not wait for another one's call.
    """

    @property
    def name(self) -> str:
        """Names the rule in reports."""

    def before(self, call: Call, ledger: Ledger) -> str | None:
        """Return why a call may not be made, None where it may; `ledger` is what was spent until now."""

    def after(self, exchange: Exchange, ledger: Ledger) -> str | None:
        """Return what a call that is over has broken, None where nothing."""


class Provider(Protocol):
    """A pure codec of one model API: what its requests and answers say in OpenTelemetry GenAI names."""

    name: str
    """`openai`, `anthropic`, …: `gen_ai.provider.name` unless the URL says otherwise."""
    operation: str
    """`gen_ai.operation.name`: the kind of the calls."""

    def endpoint(self, method: str, path: str) -> str | None:
        """Return the part of a URL's path that this API is known by (`/chat/completions`), None for other paths."""

    def describe_request(self, body: JSON) -> Mapping[str, JSON]:
        """Return the attributes of a request body."""

    def describe_response(self, data: bytes, media_type: str) -> Mapping[str, JSON]:
        """Return the attributes of a response body, JSON or SSE; empty when it is neither."""

    def reply(self, data: bytes, media_type: str) -> Reply:
        """Return what the model said, from a response body, JSON or SSE."""


class Codec(Protocol):
    """Translates one model API's native JSON from and to the neutral form.

    To read what was written gives what was there before; nothing raises for a body of another shape: what cannot be
    told is left out, as providers change.
    """

    api: str
    """`openai.chat`, `openai.responses`, `anthropic.messages`, `gemini.generate_content`."""

    def read_request(self, body: JSON, endpoint: str = "") -> ModelRequest:
        """Return what a native request asks; `endpoint` is the compared part of its path, which may name the model."""

    def write_request(self, request: ModelRequest) -> JSONObject:
        """Return the native request."""

    def read_response(self, data: bytes, media_type: str) -> ModelResponse:
        """Return what a native answer says, JSON or SSE."""

    def write_response(self, response: ModelResponse, asked: ModelRequest) -> JSONObject:
        """Return the native answer to a live request, whole."""

    def write_stream(self, response: ModelResponse, asked: ModelRequest) -> Iterator[bytes]:
        """Yield the native answer to a live request as server-sent events, one after the other."""

    def read_failure(self, data: bytes, status: int) -> ModelFailure:
        """Return how a request failed, from the answer's body."""

    def write_failure(self, failure: ModelFailure) -> JSONObject:
        """Return the native body of a failure."""


class Adapter(Protocol):
    """Turns a foreign library's calls into host calls."""

    @property
    def name(self) -> str:
        """Names the adapter."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Import names of the modules that it patches; it is installed in each once that is imported."""

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`, which is imported, and return the undo; raises SeamMissing."""
