"""A response of OpenAI's as the events that stream it."""

from collections.abc import Iterator

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import records, text
from pytest_oao.providers.sse_writing import event, pieces

_ENDS = {"incomplete": "response.incomplete", "failed": "response.failed"}
_UNTOLD = ("error", "incomplete_details", "usage", "completed_at")
"""What a response does not tell before its end."""
_WRITTEN = {
    "function_call": ("arguments", "function_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
    "mcp_call": ("arguments", "mcp_call_arguments"),
    "code_interpreter_call": ("code", "code_interpreter_call_code"),
}
"""Type of an item → the field that the model writes piece by piece, and what the events of its pieces are called."""
_STAGES = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "mcp_call": ("in_progress", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
}
"""Type of an item → what it goes through at OpenAI, the last of it when all is written."""
_SPOKEN = {"output_text": "text", "refusal": "refusal", "reasoning_text": "text"}


def events(response: JSONObject, asked: ModelRequest) -> Iterator[bytes]:
    """Yield the events, numbered, each named by its type."""
    del asked
    for number, told in enumerate(_told(response)):
        yield event(told | {"sequence_number": number}, text(told["type"]))


def _told(response: JSONObject) -> Iterator[JSONObject]:
    begun: JSONObject = {key: None if key in _UNTOLD else value for key, value in response.items()}
    begun |= {"status": "in_progress", "output": []}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(records(response.get("output"))):
        for told in _item(item):
            yield told | {"output_index": index}
    yield {"type": _ENDS.get(text(response.get("status")), "response.completed"), "response": response}


def _item(item: JSONObject) -> Iterator[JSONObject]:
    kind = text(item.get("type"))
    yield {"type": "response.output_item.added", "item": _begun(kind, item)}
    for told in _within(kind, item):
        yield told | {"item_id": item.get("id")}
    yield {"type": "response.output_item.done", "item": item}


def _begun(kind: str, item: JSONObject) -> JSONObject:
    """Return an item before anything of it is written."""
    begun = item | ({"status": "in_progress"} if "status" in item else {})
    if kind == "message":
        return begun | {"content": []}
    if kind == "reasoning":
        return begun | {"summary": [], **({"content": []} if item.get("content") else {})}
    return begun | ({_WRITTEN[kind][0]: ""} if kind in _WRITTEN else {})


def _within(kind: str, item: JSONObject) -> Iterator[JSONObject]:
    """Yield what happens to an item between its beginning and its end."""
    *stages, last = _STAGES.get(kind, ("",))
    for stage in stages:
        yield {"type": f"response.{kind}.{stage}"}
    if kind in {"message", "reasoning"}:
        yield from _contents(item)
        yield from _summary(item)
    elif kind in _WRITTEN:
        yield from _written(item, *_WRITTEN[kind])
    if last:
        failed = kind.startswith("mcp") and item.get("error") is not None
        yield {"type": f"response.{kind}.{'failed' if failed else last}"}


def _written(item: JSONObject, field: str, name: str) -> Iterator[JSONObject]:
    whole = text(item.get(field))
    for piece in pieces(whole):
        yield {"type": f"response.{name}.delta", "delta": piece}
    named = {"name": item["name"]} if item.get("type") == "function_call" else {}  # openai 2 wants it
    yield {"type": f"response.{name}.done", field: whole, **named}


def _contents(item: JSONObject) -> Iterator[JSONObject]:
    for index, part in enumerate(records(item.get("content"))):
        for told in _content(part):
            yield told | {"content_index": index}


def _content(part: JSONObject) -> Iterator[JSONObject]:
    kind = text(part.get("type"))
    field = _SPOKEN.get(kind)
    if field is None:
        yield {"type": "response.content_part.added", "part": part}
    else:
        beside: JSONObject = {"annotations": [], "logprobs": []} if kind == "output_text" else {}
        yield {"type": "response.content_part.added", "part": {**part, **beside, field: ""}}
        yield from _said(kind, field, part)
    yield {"type": "response.content_part.done", "part": part}


def _said(kind: str, field: str, part: JSONObject) -> Iterator[JSONObject]:
    """Yield a text piece by piece, its annotations, and then the whole of it."""
    whole, spoken = text(part.get(field)), kind == "output_text"
    weighed: JSONObject = {"logprobs": []} if spoken else {}
    for piece in pieces(whole):
        yield {"type": f"response.{kind}.delta", "delta": piece, **weighed}
    for at, annotation in enumerate(_list(part.get("annotations")) if spoken else []):
        yield {"type": "response.output_text.annotation.added", "annotation": annotation, "annotation_index": at}
    weighed = {"logprobs": part.get("logprobs") or []} if spoken else {}
    yield {"type": f"response.{kind}.done", field: whole, **weighed}


def _summary(item: JSONObject) -> Iterator[JSONObject]:
    for index, part in enumerate(records(item.get("summary"))):
        for told in _thought(part):
            yield told | {"summary_index": index}


def _thought(part: JSONObject) -> Iterator[JSONObject]:
    whole = text(part.get("text"))
    yield {"type": "response.reasoning_summary_part.added", "part": part | {"text": ""}}
    for piece in pieces(whole):
        yield {"type": "response.reasoning_summary_text.delta", "delta": piece}
    yield {"type": "response.reasoning_summary_text.done", "text": whole}
    yield {"type": "response.reasoning_summary_part.done", "part": part}


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []
