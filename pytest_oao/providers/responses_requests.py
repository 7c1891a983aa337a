"""A request of OpenAI's Responses ⇄ one of no provider's."""

from collections.abc import Iterator
from dataclasses import replace

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_tools import DEFINED
from pytest_oao.providers.conversation_ids import with_ids
from pytest_oao.providers.fields import count, number, record, records, text
from pytest_oao.providers.request_parameters import read_parameters, write_parameters
from pytest_oao.providers.residues import laid_over, residue
from pytest_oao.providers.responses_content import API, read_content
from pytest_oao.providers.responses_items import (
    is_message,
    read_item,
    read_items,
    write_items,
    write_message,
)
from pytest_oao.providers.responses_items import (
    normal as normal_item,
)
from pytest_oao.providers.system_parts import place, placed, sections

PARAMETERS = (
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("max_output_tokens", "gen_ai.request.max_tokens", count),
)
_SYSTEM = ("system", "developer")


def normal(body: JSONObject) -> JSONObject:
    """Return a request in its normal form, which reading and writing it gives again.

    `stream` is told where it is true, `model` where there is one, `input` is a list, and its items are in their normal
    form.
    """
    kept = {key: value for key, value in body.items() if value or key not in {"stream", "model"}}
    asked = kept.get("input")
    if isinstance(asked, str):
        asked = [{"role": "user", "content": asked}]
    if isinstance(asked, list):
        kept["input"] = [normal_item(one) if isinstance(one, dict) else one for one in asked]
    return kept


def read_request(body: JSON) -> ModelRequest:
    """Return what a request asks."""
    native = normal(record(body))
    parameters, apart = read_parameters(native, PARAMETERS)
    items = records(native.get("input"))
    leading = _leading(items)
    read = ModelRequest(
        model=text(native.get("model")),
        system=(*_instructions(native.get("instructions")), *_system(items[:leading])),
        messages=tuple(read_items(items[leading:])),
        tools=tuple(records(native.get("tools"))),
        parameters=parameters,
        extra=apart,
        stream=native.get("stream") is True,
        api=API,
    )
    return replace(read, extra=apart | residue(native, write_request(read)))


def write_request(request: ModelRequest) -> JSONObject:
    """Return the native request; what another API has beyond OpenTelemetry's names is not in it."""
    own = request.api in {"", API}
    extra = dict(request.extra) if own else {}
    instructions, asked = _written_system(request.system)
    for message in with_ids(request.messages):
        asked += write_items(message)
    tools: list[JSON] = [_tool(tool, own=own) for tool in request.tools if own or tool.get("type") == "function"]
    return laid_over(
        {
            **({"model": request.model} if request.model else {}),
            **({"instructions": instructions} if instructions is not None else {}),
            "input": [*asked],
            **({"tools": tools} if tools else {}),
            **write_parameters(request.parameters, PARAMETERS, extra),
            **({"stream": True} if request.stream else {}),
        },
        extra,
    )


def _instructions(told: JSON) -> Iterator[JSONObject]:
    if isinstance(told, str):
        yield {"type": "text", "content": told}


def _leading(items: list[JSONObject]) -> int:
    """Return how many items at the beginning are of the system prompt."""
    others = (at for at, item in enumerate(items) if not (is_message(item) and item["role"] in _SYSTEM and _says(item)))
    return next(others, len(items))


def _says(item: JSONObject) -> bool:
    return bool(read_content(item.get("content"), ""))


def _system(items: list[JSONObject]) -> Iterator[JSONObject]:
    for item in items:
        parts = read_item(item)
        fields = placed(parts) | {"role": item["role"]}
        yield from place([{key: part[key] for key in part if key != "message"} for part in parts], fields)


def _written_system(parts: tuple[JSONObject, ...]) -> tuple[str | None, list[JSONObject]]:
    """Return the instructions, and the messages that are of the system prompt too."""
    told: list[str] = []
    messages: list[JSONObject] = []
    for section in sections(parts):
        role = placed(section).get("role")
        if isinstance(role, str):
            messages += write_message(section, role)
        else:
            told += [text(part.get("content")) for part in section]
    return "\n\n".join(told) if told else None, messages


def _tool(tool: JSONObject, *, own: bool) -> JSONObject:
    """Return a tool's definition, which is the neutral one; what another API has beyond is left out."""
    return tool if own else {key: tool[key] for key in ("type", *DEFINED) if key in tool}
