"""Gemini CLI's session files: what was said, and the tools that each answer had run."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pytest_oao.errors import OaoError
from pytest_oao.importers.building import Source, session_of_run
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.json_records import records_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.observations import Observation, ObservedCall
from pytest_oao.importers.transcripts import RUN, UNTOLD, Thread, Told, result, run_scope
from pytest_oao.model.apis import GEMINI
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import (
    CHUNKS,
    EXACT_BYTES,
    FINISH_REASON,
    HTTP,
    MODEL,
    REASONING,
    RESPONSE_ID,
    SYSTEM,
    TOOLS,
    USAGE,
)
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, records, text

_API = GEMINI
_LACKED = UNTOLD | {MODEL, SYSTEM, TOOLS, RESPONSE_ID, REASONING}


class GeminiCli:
    """`~/.gemini/tmp/<project>/chats/session-….json`, or `.jsonl` of newer versions."""

    name = "gemini-cli"
    lacked = (CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it begins as a conversation's record does."""
        return glimpse(head).has("sessionId", "projectHash", "startTime")

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the one session."""
        told, messages = _record(records_of(dump))
        source = Source(self.name, dump.source, self.lacked)
        yield session_of_run(text(told.get("sessionId")), _observed(told, messages, dump.source), source)


def _record(parts: Iterable[Part]) -> tuple[JSONObject, list[Part]]:
    """Return what is known of the conversation, and its messages: of JSON lines as they were at last."""
    told: JSONObject = {}
    messages: dict[str, Part] = {}
    for part in parts:
        fields = record(part.json())
        if "$rewindTo" in fields:
            messages = _rewound(messages, text(fields["$rewindTo"]))
        elif "$set" in fields:
            told |= record(fields["$set"])
        elif "id" in fields:
            messages[text(fields["id"])] = part
        else:
            told |= fields
            messages |= {text(one["id"].json()): one for one in part["messages"].items()}
    return told, [*messages.values()]


def _rewound(messages: dict[str, Part], name: str) -> dict[str, Part]:
    """Return the messages before the one that was gone back to; none where it is not among them."""
    names = [*messages]
    kept = names[: names.index(name)] if name in messages else []
    return {one: messages[one] for one in kept}


def _observed(told: JSONObject, messages: Sequence[Part], source: str) -> Iterator[Observation]:
    turns = [_said(one) for one in messages if one["type"].value == "user"]
    yield run_scope(source, turns, {"conversation": told.get("sessionId")})
    thread = Thread(_API, "gcp.gemini", scope=RUN, lacked=_LACKED)
    for message in messages:
        kind, at = message["type"].value, moment(message["timestamp"].json())
        if kind == "gemini":
            yield from _answers(message, thread)
        elif kind == "user":
            thread.say([{"role": "user", "parts": _parts(message["content"].json())}], at)


def _said(message: Part) -> str:
    return "".join(text(record(part).get("text")) for part in _parts(message["content"].json()))


def _parts(content: JSON) -> list[JSON]:
    """Return a content as parts: text, a part, or a list of both."""
    found = content if isinstance(content, list) else [content]
    return [{"text": one} if isinstance(one, str) else one for one in found if one]


def _answers(message: Part, thread: Thread) -> Iterator[ObservedCall]:
    """Yield the answers that a message holds: tools that were noted at another moment were asked for by another one."""
    thread.model = text(message["model"].json()) or thread.model
    calls = message["toolCalls"].items()
    batches = [[*batch] for _, batch in groupby(calls, key=lambda call: call["timestamp"].value)] or [[]]
    for place, batch in enumerate(batches):
        yield _answered(message, batch, place, thread)
        for call in batch:
            yield from _ran(call, thread)
        answers = [part for call in batch for part in records(call["result"].json())]
        if answers:
            thread.say([{"role": "user", "parts": [*answers]}])


def _answered(message: Part, calls: Sequence[Part], place: int, thread: Thread) -> ObservedCall:
    parts = [] if place else _parts(message["content"].json())
    parts += [{"functionCall": {name: call[name].json() for name in ("id", "name", "args")}} for call in calls]
    content: JSONObject = {"role": "model", "parts": parts}
    candidate: JSON = {"index": 0, "content": content, "finishReason": "STOP"}
    answer: JSONObject = {"candidates": [candidate], "modelVersion": thread.model}
    known = {} if place else _usage(record(message["tokens"].json()))
    told = Told(
        id=f"{message['id'].scalar()}/{place}" if place else message["id"].scalar(),
        where=message.where,
        at=moment((calls[0] if place else message)["timestamp"].json()),
        lacked=frozenset() if known else frozenset({USAGE}),
        inferred=frozenset({FINISH_REASON}),
        original=None if place else message.json(),
    )
    one = thread.answered(answer | ({"usageMetadata": known} if known else {}), told)
    thread.say([content])
    return one


def _usage(tokens: JSONObject) -> JSONObject:
    names = {"input": "promptTokenCount", "output": "candidatesTokenCount", "cached": "cachedContentTokenCount"}
    names |= {"thoughts": "thoughtsTokenCount", "total": "totalTokenCount"}
    return {native: tokens[name] for name, native in names.items() if name in tokens}


def _ran(call: Part, thread: Thread) -> Iterator[ObservedCall]:
    at = moment(call["timestamp"].json())
    told = Told(id="", where=call.where, at=at)
    answers = [record(part.get("functionResponse")) for part in records(call["result"].json())]
    response = record(next((one.get("response") for one in answers if one), {}))
    only = next(iter(response.values())) if response.keys() in ({"output"}, {"error"}) else response
    ran = thread.ran(call["id"].text(""), result(only, failed="error" in response), told)
    yield from [ran] if ran else []
