"""A request of Anthropic's messages ⇄ one of no provider's."""

from dataclasses import replace

from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.anthropic_blocks import API, normal_content, read_blocks, write_blocks
from pytest_oao.providers.conversation_ids import together, with_ids
from pytest_oao.providers.fields import count, number, record, records, text, words
from pytest_oao.providers.native_parts import MESSAGE, kept_fields, native_part
from pytest_oao.providers.request_parameters import read_parameters, write_parameters
from pytest_oao.providers.residues import laid_over, residue, restored, with_residue

_PARAMETERS = (
    ("max_tokens", "gen_ai.request.max_tokens", count),
    ("temperature", "gen_ai.request.temperature", number),
    ("top_p", "gen_ai.request.top_p", number),
    ("top_k", "gen_ai.request.top_k", number),
    ("stop_sequences", "gen_ai.request.stop_sequences", words),
)
_TOOL = (("name", "name"), ("description", "description"), ("input_schema", "parameters"), ("strict", "strict"))
"""What a tool's definition says, and what a neutral one calls it."""
_HOSTED = "anthropic_version"
"""Of the bodies that Bedrock and Vertex take: their paths name the model."""


def normal(body: JSONObject) -> JSONObject:
    """Return a request in its normal form, which reading and writing it gives again.

    `stream` is told where it is true, `model` where there is one, and a content that is one plain text is that text.
    """
    kept = {key: value for key, value in body.items() if value or key not in {"stream", "model"}}
    if "system" in kept:
        kept["system"] = normal_content(kept["system"])
    messages = kept.get("messages")
    if isinstance(messages, list):
        kept["messages"] = [_normal_message(one) if isinstance(one, dict) else one for one in messages]
    return kept


def read_request(body: JSON) -> ModelRequest:
    """Return what a request asks."""
    native = normal(record(body))
    parameters, apart = read_parameters(native, _PARAMETERS)
    read = ModelRequest(
        model=text(native.get("model")),
        system=tuple(read_blocks(native.get("system"))),
        messages=tuple(_read_message(one) for one in records(native.get("messages"))),
        tools=tuple(_read_tool(tool) for tool in records(native.get("tools"))),
        parameters=parameters,
        extra=apart | ({_HOSTED: native[_HOSTED]} if _HOSTED in native else {}),
        stream=native.get("stream") is True,
        api=API,
    )
    return replace(read, extra={**read.extra, **residue(native, write_request(read))})


def write_request(request: ModelRequest) -> JSONObject:
    """Return the native request; what another API has beyond OpenTelemetry's names is not in it."""
    own = request.api in {"", API}
    extra = dict(request.extra) if own else {}
    system = normal_content(write_blocks(list(request.system)))
    tools: list[JSON] = [_write_tool(tool) for tool in request.tools if own or tool.get("type") == "function"]
    return laid_over(
        {
            **({"model": request.model} if request.model and _HOSTED not in extra else {}),
            **({"system": system} if request.system else {}),
            "messages": [*map(_write_message, together(with_ids(request.messages)))],
            **({"tools": tools} if tools else {}),
            **write_parameters(request.parameters, _PARAMETERS, extra),
            **({"stream": True} if request.stream else {}),
        },
        extra,
    )


def _normal_message(native: JSONObject) -> JSONObject:
    return native | ({"content": normal_content(native["content"])} if "content" in native else {})


def _read_message(native: JSONObject) -> Message:
    message = Message(text(native.get("role")), tuple(read_blocks(native.get("content"))))
    rest = residue(native, _write_message(message))
    kept = (native_part(MESSAGE, rest, API),) if rest else ()
    return replace(message, parts=message.parts + kept)


def _write_message(message: Message) -> JSONObject:
    content = normal_content(write_blocks([part for part in message.parts if part.get("type") != MESSAGE]))
    written: JSONObject = {"role": _ROLES.get(message.role, message.role), "content": content}
    return laid_over(written, kept_fields(message.parts, MESSAGE, API))


_ROLES = {"tool": "user", "function": "user", "developer": "system"}


def _read_tool(native: JSONObject) -> JSONObject:
    """Read a tool of the caller's; those that Anthropic defines have a type of their own."""
    if "input_schema" not in native or native.get("type", "custom") != "custom":
        return native
    tool: JSONObject = {"type": "function", **{ours: native[name] for name, ours in _TOOL if name in native}}
    return with_residue(tool, native, _plain_tool(tool), API)


def _write_tool(tool: JSONObject) -> JSONObject:
    return restored(_plain_tool(tool), tool, API) if tool.get("type") == "function" else tool


def _plain_tool(tool: JSONObject) -> JSONObject:
    schema: JSONObject = {} if "parameters" in tool else {"input_schema": {"type": "object"}}
    return {name: tool[ours] for name, ours in _TOOL if ours in tool} | schema
