"""Sessions that AutoGen's `ChatCompletionClientRecorder` wrote: each call of its model client, with its answer."""

from collections.abc import Iterator, Sequence

from pytest_oao.errors import OaoError
from pytest_oao.importers.foreign import Part
from pytest_oao.importers.formats import Format
from pytest_oao.importers.glimpse import glimpse
from pytest_oao.importers.observations import Observation, ObservedCall
from pytest_oao.importers.reading import sessions_in
from pytest_oao.importers.transcripts import UNTOLD, Thread, Told
from pytest_oao.model.apis import CHAT
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.provenance import CHUNKS, EXACT_BYTES, HTTP, MODEL, RESPONSE_ID, TIMING, TOOLS
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump
from pytest_oao.providers.fields import record, records, text

_REASONS = {"function_calls": "tool_calls", "unknown": "stop"}
_ROLES = {"SystemMessage": "system", "UserMessage": "user", "AssistantMessage": "assistant"}


class Autogen(Format):
    """A list of `create` and `create_stream` calls."""

    name = "autogen"
    lacked: tuple[str, ...] = (TIMING, CHUNKS, EXACT_BYTES, HTTP)

    def sniff(self, head: bytes) -> bool:
        """Whether it has the calls of a client."""
        return glimpse(head).has("mode", "messages.type", "messages.content") and b'Message"' in head

    def read(self, dump: Dump) -> Iterator[Session | OaoError]:
        """Yield the one session."""
        return sessions_in(dump, self)

    def observed(self, records: Sequence[Part]) -> Iterator[Observation]:
        """Yield each call of the model."""
        before = ""
        for place, call in enumerate(records):
            one = _call(place, call, before)
            before = one.id
            yield one


def _call(place: int, call: Part, before: str) -> ObservedCall:
    thread = Thread(CHAT, lacked=UNTOLD | {MODEL, TOOLS, RESPONSE_ID})
    for message in call["messages"].items():
        thread.say(_natives(record(message.json())))
    thread.calls = place
    thread.follow(before)
    told = Told(id=f"call-{place}", where=call.where, rebuilt=False, original=call.json())
    return thread.answered(_completion(_result(call)), told)


def _result(call: Part) -> JSONObject:
    """Return the answer: of a stream what came last."""
    whole = record(call["response"].json())
    streamed = [record(one.json()) for one in call["stream"].items()]
    return whole or next((one for one in reversed(streamed) if one), {})


def _completion(result: JSONObject) -> JSONObject:
    """Return a result as OpenAI's API would have given it."""
    reason = text(result.get("finish_reason"))
    message: JSONObject = {"role": "assistant", **_content(result.get("content"))}
    if thought := text(result.get("thought")):
        message["reasoning_content"] = thought
    choice: JSON = {"index": 0, "message": message, "finish_reason": _REASONS.get(reason, reason)}
    usage = record(result.get("usage"))
    return {"choices": [choice], "usage": usage}


def _content(content: JSON) -> JSONObject:
    """Return what the model said: text, or the functions that it asks for."""
    if not isinstance(content, list):
        return {"content": content}
    calls: list[JSON] = [
        {
            "id": one.get("id"),
            "type": "function",
            "function": {"name": one.get("name"), "arguments": one.get("arguments")},
        }
        for one in records(content)
    ]
    return {"content": None, "tool_calls": calls}


def _natives(message: JSONObject) -> list[JSON]:
    """Return the messages of OpenAI's API that one of AutoGen's stands for."""
    kind, content = text(message.get("type")), message.get("content")
    if kind == "FunctionExecutionResultMessage":
        return [
            {"role": "tool", "tool_call_id": one.get("call_id"), "content": one.get("content")}
            for one in records(content)
        ]
    said = _content(content) if kind == "AssistantMessage" else {"content": _pieces(content)}
    return [{"role": _ROLES.get(kind, "user"), **said}]


def _pieces(content: JSON) -> JSON:
    """Return a content of texts and images."""
    if not isinstance(content, list):
        return content
    return [_piece(one) for one in content]


def _piece(one: JSON) -> JSON:
    if isinstance(one, str):
        return {"type": "text", "text": one}
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{text(record(one).get('data'))}"}}
