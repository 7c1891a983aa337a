"""Conversations as transcripts tell them, message by message: what a model was asked is what was said before."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.observations import Came, ObservedCall, Scope, ToolUse, Value
from pytest_oao.model.apis import GEMINI, RESPONSES
from pytest_oao.model.conversations import Message, ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.provenance import MESSAGES, PARAMETERS, RESPONSE_FORMAT, RESULT_TYPES, STREAM, TOOL_CHOICE
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.payloads import loads

_FIELDS = {RESPONSES: "input", GEMINI: "contents"}
"""Where an API's requests have the messages, unless under `messages`."""
_TEXTS = ("text", "input_text", "output_text")
RUN = "run"
"""The id of what the calls of a run stand in."""
UNTOLD = frozenset({PARAMETERS, TOOL_CHOICE, RESPONSE_FORMAT, STREAM})
"""What no transcript tells of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a transcript tells of one call, beside what was said."""

    id: str
    where: str
    at: float = 0.0
    """When it was over, in seconds since the epoch; zero where no time is told."""
    since: float = 0.0
    """When it began, where that is told."""
    lacked: frozenset[str] = frozenset()
    inferred: frozenset[str] = frozenset()
    truncated: frozenset[str] = frozenset()
    rebuilt: bool = True
    """Whether what the model was asked was not kept, and follows from what was said before."""
    original: JSON = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A tool that an answer asks for."""

    by: ObservedCall
    use: ToolUse
    place: int


@dataclass(slots=True)
class Thread:
    """One conversation of an agent with its model, in the words of one API, as far as it was told."""

    api: str
    provider: str = ""
    model: str = ""
    scope: str = ""
    """The id of what the agent's calls stand in."""
    agent: str = ""
    """The agent's name, where what it stands in does not tell it."""
    lacked: frozenset[str] = UNTOLD
    """What is not told of any request from now on."""
    system: tuple[JSONObject, ...] = ()
    tools: tuple[JSONObject, ...] = ()
    said: list[Message] = field(default_factory=list)
    at: float = 0.0
    """When something happened last."""
    calls: int = 0
    places: Iterator[int] = field(default_factory=count)
    """Numbers the calls in the order in which they are told, together with those of conversations that run beside."""
    _before: set[str] = field(default_factory=set)
    """The ids of the model's last call, and of what was done since."""
    _wanted: dict[str, deque[_Wanted]] = field(default_factory=lambda: defaultdict(deque))
    """The tools that were asked for and have not run yet, by the ids of their calls: some models use an id again."""

    def say(self, natives: Iterable[JSON], at: float = 0.0) -> None:
        """Add messages in the API's own JSON."""
        read = CODECS[self.api].read_request({_FIELDS.get(self.api, "messages"): [*natives]})
        self.system += read.system
        self.said += read.messages
        self.at = max(self.at, at)

    def forget(self) -> None:
        """Begin anew: what was said is replaced by what is said next."""
        self.said = []

    def answered(self, native: JSONObject, told: Told) -> ObservedCall:
        """Return the call that was answered with an answer in the API's own JSON; what it says is not yet said."""
        response = CODECS[self.api].read_response(compact(native), "application/json")
        one = self._call(response, told)
        self._before = {one.id}
        for use in _uses(response):
            self.want(one, use)
        return one

    def want(self, one: ObservedCall, use: ToolUse) -> None:
        """Take note of a tool that an answer asks for in words of its provider's own."""
        self._wanted[use.call_id].append(_Wanted(one, use, next(self.places)))

    def failed(self, failure: ModelFailure, told: Told) -> ObservedCall:
        """Return a call that failed: the next says the same again."""
        one = self._call(failure, told)
        self._before.add(one.id)
        return one

    def follow(self, *names: str) -> None:
        """Take note of what came before the first call."""
        self._before |= {name for name in names if name}

    def ran(self, call_id: str, came: Came, told: Told) -> ObservedCall | None:
        """Return the run of a tool, from the result that was quoted; None where nobody asked for it."""
        waiting = self._wanted[call_id]
        if not waiting:
            return None
        wanted = waiting.popleft()
        return self._tool(wanted, came, told)

    def did(self, use: ToolUse, came: Came, told: Told, by: ObservedCall) -> ObservedCall:
        """Return the run of what an answer led to without asking for a tool."""
        return self._tool(_Wanted(by, use, next(self.places)), came, told)

    def _tool(self, wanted: _Wanted, came: Came, told: Told) -> ObservedCall:
        self.calls += 1
        by, use = wanted.by, wanted.use
        name = told.id or f"{by.id}/{use.call_id or use.name}"
        one = ObservedCall(
            id=f"{name}/{self.calls}" if name in self._before else name,
            where=told.where,
            asked=use,
            came=came,
            parent=self.scope,
            agent=self.agent,
            started_at=told.since or by.ended_at,
            ended_at=told.at,
            order=(wanted.place,),
            lacked=told.lacked | {RESULT_TYPES},
            inferred=told.inferred,
            truncated=told.truncated,
            after=frozenset({by.id}),
            original=told.original,
        )
        self._before.add(one.id)
        self.at = max(self.at, told.at)
        return one

    def _call(self, came: ModelResponse | ModelFailure, told: Told) -> ObservedCall:
        self.calls += 1
        asked = ModelRequest(
            self.model, self.system, tuple(self.said), self.tools, api=self.api, provider=self.provider
        )
        one = ObservedCall(
            id=told.id,
            where=told.where,
            asked=asked,
            came=came,
            parent=self.scope,
            agent=self.agent,
            started_at=told.since or self.at,
            ended_at=told.at,
            order=(next(self.places),),
            lacked=self.lacked | told.lacked,
            inferred=told.inferred | ({MESSAGES} if told.rebuilt else set()),
            truncated=told.truncated,
            after=frozenset(self._before),
            original=told.original,
        )
        self.at = max(self.at, told.at)
        return one


def run_scope(where: str, turns: Sequence[str], told: Mapping[str, JSON]) -> Scope:
    """Return what a transcript tells of its run: what the user said, turn by turn, and what else is known of it."""
    metadata = {name: value for name, value in told.items() if value not in (None, "", [], {})}
    said: list[JSON] = [*turns]
    metadata |= {"turns": said} if said else {}
    return Scope(id=RUN, where=where, input=turns[0] if turns else None, metadata=metadata)


def _uses(response: ModelResponse) -> Iterator[ToolUse]:
    for choice in response.choices[:1]:
        for part in choice.parts:
            if part.get("type") == "tool_call":
                given = part.get("arguments")
                yield ToolUse(text(part.get("name")), _parsed(given), text(part.get("id")))


def _parsed(given: JSON) -> JSON:
    """Return the arguments of a tool by name: those of a tool that takes free text are its `input`."""
    value = (loads(given) if given else {}) if isinstance(given, str) else given
    return {"input": given} if isinstance(given, str) and not isinstance(value, dict) else value


def result(said: JSON, *, failed: bool = False) -> Value | Raised:
    """Return what came of a tool: its result, or what went wrong, as the model was told."""
    return Raised("ToolError", plain(said)) if failed else Value(said)


def plain(said: JSON) -> str:
    """Return the text of a content, which is one itself or a list of blocks."""
    if isinstance(said, str):
        return said
    return "\n".join(text(block.get("text")) for block in records(said) if block.get("type", "text") in _TEXTS)


def chat_completion(message: JSON, told: JSONObject | None = None) -> JSONObject:
    """Return a completion of OpenAI's API, around the one message that is known of it."""
    reason = "tool_calls" if records(record(message).get("tool_calls")) else "stop"
    return {**(told or {}), "choices": [{"index": 0, "message": message, "finish_reason": reason}]}
