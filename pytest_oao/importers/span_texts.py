"""Text beside tool calls, put back where an instrumentation left it out of the requests after it.

OpenAI's instrumentation by OpenTelemetry writes of a message that asks for tools the tools alone, once it stands in a
request; the answer that it was has the text too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.spans import Span
from pytest_oao.importers.views import response_of
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.provenance import TEXT
from pytest_oao.providers.fields import text

_WRITER = "opentelemetry.instrumentation.openai_v2"


def with_texts(calls: Sequence[ObservedCall], spans: Iterable[Span]) -> list[ObservedCall]:
    """Return the calls, the requests of that instrumentation with the text that earlier answers had."""
    theirs = {span.id for span in spans if span.scope == _WRITER}
    said = {name: words for one in calls if one.id in theirs for name, words in _said(one)}
    return [_mended(one, said) if one.id in theirs else one for one in calls]


def _said(one: ObservedCall) -> Iterable[tuple[str, list[JSONObject]]]:
    """Yield the text of an answer, by the ids of the tools that it asks for."""
    response = response_of(one)
    for choice in response.choices if response else ():
        words = [part for part in choice.parts if part.get("type") == "text"]
        yield from ((name, words) for name in _ids(choice) if words)


def _ids(message: Message) -> list[str]:
    return [text(part.get("id")) for part in message.parts if part.get("type") == "tool_call" and part.get("id")]


def _mended(one: ObservedCall, said: dict[str, list[JSONObject]]) -> ObservedCall:
    asked = one.asked
    if not isinstance(asked, ModelRequest):
        return one
    messages = tuple(_with_text(message, said) for message in asked.messages)
    if messages == asked.messages:
        return one
    return replace(one, asked=replace(asked, messages=messages), inferred=one.inferred | {TEXT})


def _with_text(message: Message, said: dict[str, list[JSONObject]]) -> Message:
    ids = _ids(message)
    if not ids or any(part.get("type") == "text" for part in message.parts):
        return message
    return replace(message, parts=(*said.get(ids[0], ()), *message.parts))
