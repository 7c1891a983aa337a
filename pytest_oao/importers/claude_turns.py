"""What a conversation with Claude tells: its lines to the calls of the model and of the tools."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.observations import ObservedCall, Value
from pytest_oao.importers.transcripts import UNTOLD, Thread, Told, plain, result
from pytest_oao.model import apis
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import REFUSED, Raised
from pytest_oao.model.provenance import EARLIER, FINISH_REASON, MESSAGES, MODEL, SYSTEM, TOOLS, USAGE
from pytest_oao.providers.fields import record, records, text

API = apis.MESSAGES
_SYNTHETIC = "<synthetic>"
"""What stands for the model of an answer that Claude Code wrote itself."""

_REFUSALS = ("The user doesn't want to proceed with this tool use.", "The user doesn't want to take this action")
"""What Claude Code tells the model of a tool that the user did not let run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation: who says something, a failure, or what changes the conversation itself."""

    kind: str
    """`user`, `assistant`, `failed`, `compacted`, `attached`."""
    record: Part
    message: JSONObject = field(default_factory=dict)
    at: float = 0.0
    failure: ModelFailure | None = None

    @property
    def blocks(self) -> list[JSONObject]:
        """What is said, block by block."""
        content = self.message.get("content")
        return [{"type": "text", "text": content}] if isinstance(content, str) else records(content)


def thread_of(scope: str) -> Thread:
    """Return a conversation of which nothing was said yet."""
    return Thread(API, "anthropic", scope=scope, lacked=UNTOLD | {MODEL, SYSTEM, TOOLS})


def calls_of(lines: Sequence[Line], thread: Thread) -> Iterator[ObservedCall]:
    """Yield the calls of one conversation, in the order of its lines."""
    reading = Reading(thread, lines)
    for line in lines:
        yield from reading.calls(line)


class Reading:
    """One reading of a conversation's lines."""

    def __init__(self, thread: Thread, lines: Sequence[Line]) -> None:
        self._thread = thread
        self._heard: list[JSONObject] = []
        """What the user's side said since the model was asked last: it is sent as one message."""
        self._cut = False
        """Whether something was attached in this turn, which the lines do not show as the model saw it."""
        self._begun: dict[str, float] = {}
        """When each tool was asked for, by the id of its call."""
        self._parts: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.kind == "assistant":
                self._parts[text(line.message.get("id"))].append(line)

    def calls(self, line: Line) -> Iterator[ObservedCall]:
        """Yield the calls that a line tells of: an answer with its first block, whichever lines the others stand in."""
        if line.kind == "user":
            yield from self._said(line)
        elif line.kind == "assistant":
            yield from self._answered(line)
        elif line.kind == "failed" and line.failure is not None:
            self._flush()
            told = Told(
                id=f"failure-{self._thread.calls}", where=line.record.where, at=line.at, original=line.record.json()
            )
            yield self._thread.failed(line.failure, told)
        elif line.kind == "compacted":
            self._heard = []
            self._thread.forget()
            self._thread.lacked |= {EARLIER}
        elif line.kind == "attached":
            self._cut = True
            self._thread.lacked |= {EARLIER}

    def _said(self, line: Line) -> Iterator[ObservedCall]:
        """Take what the user's side says, and yield the tools whose results it brings."""
        original = line.record.json()
        for block in line.blocks:
            if block.get("type") == "tool_result":
                name = text(block.get("tool_use_id"))
                told = Told(
                    id="", where=line.record.where, at=line.at, since=self._begun.get(name, 0.0), original=original
                )
                came = _result(block)
                ran = self._thread.ran(name, came, told)
                yield from [ran] if ran else []
                original = None
            else:
                self._cut = False
        self._heard += line.blocks
        self._thread.at = max(self._thread.at, line.at)

    def _answered(self, line: Line) -> Iterator[ObservedCall]:
        name = text(line.message.get("id"))
        lines = self._parts.pop(name, []) if name else [line]
        if not lines:
            return
        self._flush()
        message = _whole(lines)
        for one in lines:
            self._begun |= {text(block.get("id")): one.at for block in one.blocks if block.get("type") == "tool_use"}
        if message.get("model") != _SYNTHETIC:
            self._thread.model = text(message.get("model"))
            yield self._thread.answered(message, self._told(lines))
        self._thread.say([{"role": "assistant", "content": message["content"]}])

    def _told(self, lines: Sequence[Line]) -> Told:
        """Return what is told of an answer: until its last block was written, its usage was a guess."""
        ended = _ended(lines)
        truncated = {MESSAGES} if self._cut else set[str]()
        return Told(
            id=text(lines[0].message.get("id")) or f"answer-{self._thread.calls}",
            where=lines[0].record.where,
            at=max(one.at for one in lines),
            inferred=frozenset() if ended else frozenset({FINISH_REASON}),
            truncated=frozenset(truncated if ended else truncated | {USAGE}),
            original=[one.record.json() for one in lines],
        )

    def _flush(self) -> None:
        """Have the user's side say what it has to say."""
        if self._heard:
            blocks: list[JSON] = [*self._heard]
            self._thread.say([{"role": "user", "content": blocks}])
            self._heard = []


def _result(block: JSONObject) -> Value | Raised:
    """Return what came of a tool; of one that the user did not let run, that."""
    said = plain(block.get("content"))
    if block.get("is_error") is True and said.startswith(_REFUSALS):
        return Raised(REFUSED, said)
    return result(block.get("content"), failed=block.get("is_error") is True)


def _whole(lines: Sequence[Line]) -> JSONObject:
    """Return one message of its lines: each has one of its blocks, and the last knows most of the rest."""
    blocks: list[JSON] = []
    asked: set[JSON] = set()
    for line in lines:
        for block in line.blocks:
            name = text(block.get("id")) if block.get("type") == "tool_use" else ""
            if name not in asked or not name:
                blocks.append(block)
            asked.add(name)
    calls = any(record(block).get("type") == "tool_use" for block in blocks)
    reason = _ended(lines) or ("tool_use" if calls else "end_turn")
    return {**lines[-1].message, "content": blocks, "stop_reason": reason}


def _ended(lines: Sequence[Line]) -> str:
    """Return why the model stopped, empty where no line says it."""
    return next((text(one.message.get("stop_reason")) for one in reversed(lines) if one.message.get("stop_reason")), "")
