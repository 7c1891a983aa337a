"""Messages of GenAI conventions before 1.37, and of those who indexed their attributes: all in the chat API's words.

Three ways to tell one thing: log records or span events (`gen_ai.user.message`, `gen_ai.choice`), a list of the same in
an attribute (`events`), attributes with numbers in their names (`gen_ai.prompt.0.content`).
"""

from collections.abc import Iterable, Iterator

from pytest_oao.importers.indexed_attributes import Indexed, indexed
from pytest_oao.importers.spans import Span, SpanEvent, decoded
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
_PROMPTS = ("gen_ai.prompt.", "llm.prompts.")
_COMPLETIONS = ("gen_ai.completion.", "llm.completions.")


class Told:
    """What the messages of a span came to, in the chat API's words."""

    def __init__(self, asked: list[JSON], choices: list[JSON], holes: Iterable[str] = ()) -> None:
        self.asked = asked
        self.choices = choices
        self.holes = frozenset(holes)
        """Where numbers are missing: the SDK's limit took those attributes."""

    @property
    def silent(self) -> bool:
        """Whether nobody says anything: the capture of content was off."""
        return not any(
            map(_says, [*records(self.asked), *(record(one.get("message")) for one in records(self.choices))])
        )


def _says(message: JSONObject) -> bool:
    """Whether a message has content, or a tool call its arguments."""
    calls = (record(call.get("function")) for call in records(message.get("tool_calls")))
    return bool(message.get("content")) or any("arguments" in call for call in calls)


def told_by(span: Span) -> Told | None:
    """Return what a span's events or numbered attributes tell; None where it has none."""
    events = [*span.events, *_listed_events(span)]
    asked = [message for event in events for message in _asked(event)]
    choices = [choice for event in events for choice in _choices(event)]
    if asked or choices:
        return Told(asked, choices)
    prompts, completions = _first(span, _PROMPTS), _first(span, _COMPLETIONS)
    if not prompts.items and not completions.items:
        return None
    holes = {*(("input",) if prompts.holes else ()), *(("output",) if completions.holes else ())}
    said: list[JSON] = [_choice(at, one) for at, one in enumerate(completions.items)]
    return Told([_message(one) for one in prompts.items], said, holes)


def _first(span: Span, prefixes: Iterable[str]) -> Indexed:
    found = [indexed(span.attributes, prefix) for prefix in prefixes]
    return next((one for one in found if one.items), found[0])


def _listed_events(span: Span) -> Iterator[SpanEvent]:
    """Yield the events that pydantic-ai wrote as an attribute in its first version."""
    for one in records(span.json("events")):
        yield SpanEvent(name=text(one.get("event.name")), body=one)


def _asked(event: SpanEvent) -> Iterator[JSON]:
    if event.name == "gen_ai.content.prompt":
        yield from _listed(decoded(event.attributes.get("gen_ai.prompt")))
    role = _ROLES.get(event.name)
    if role is not None:
        body = _body(event)
        named: JSONObject = {"tool_call_id": body.get("id")} if role == "tool" else {}
        kept: JSONObject = {key: body[key] for key in ("content", "tool_calls", "name") if key in body}
        yield {"role": text(body.get("role")) or role, **kept, **named}


def _choices(event: SpanEvent) -> Iterator[JSON]:
    if event.name == "gen_ai.content.completion":
        for at, one in enumerate(_listed(decoded(event.attributes.get("gen_ai.completion")))):
            yield {"index": at, "message": one, "finish_reason": record(one).get("finish_reason")}
    if event.name == _CHOICE:
        body = _body(event)
        message = decoded(body.get("message"))
        said: JSONObject = {"content": message} if isinstance(message, str) else record(message)
        calls = said.get("tool_calls", body.get("tool_calls"))
        more: JSONObject = {"tool_calls": calls} if calls else {}
        reason = body.get("finish_reason", event.attributes.get("finish_reason"))
        yield {"index": 0, "message": {"role": "assistant", **said, **more}, "finish_reason": reason}


def _body(event: SpanEvent) -> JSONObject:
    """Return what an event says: in its body, in an attribute of JSON, or in its attributes."""
    body = decoded(event.body)
    if isinstance(body, dict):
        return body
    return record(decoded(event.attributes.get("gen_ai.event.content"))) or event.attributes


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _choice(at: int, one: JSONObject) -> JSON:
    return {"index": at, "message": {"role": "assistant", **_fields(one)}, "finish_reason": one.get("finish_reason")}


def _message(one: JSONObject) -> JSON:
    role = text(one.get("role")) or text(one.get("user")) or "user"
    named: JSONObject = {"tool_call_id": one["tool_call_id"]} if one.get("tool_call_id") else {}
    return {**_fields(one), "role": role, **named}


def _fields(one: JSONObject) -> JSONObject:
    """Return content and tool calls, whose fields stand side by side here."""
    calls = [_call(call) for call in records(one.get("tool_calls"))]
    said: JSONObject = {"content": _content(one.get("content"))} if "content" in one else {}
    return {**said, **({"tool_calls": [*calls]} if calls else {})}


def _content(value: JSON) -> JSON:
    """Return content: a list of blocks, which stands as JSON, or a text."""
    inner = decoded(value)
    blocks = inner if isinstance(inner, list) and inner and all("type" in one for one in records(inner)) else []
    return inner if blocks and len(records(inner)) == len(blocks) else value


def _call(call: JSONObject) -> JSON:
    function: JSONObject = {"name": call.get("name"), "arguments": call.get("arguments")}
    return {"id": call.get("id"), "type": "function", "function": record(call.get("function")) or function}
