"""A request of Gemini's content API ⇄ one of no provider's."""

from dataclasses import replace

from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.conversation_ids import names_of, together
from pytest_oao.providers.fields import camel_cased, count, number, record, records, text, words
from pytest_oao.providers.gemini_parts import API, normal_part, read_part, write_part
from pytest_oao.providers.gemini_tools import normal_tools, read_tools, write_tools
from pytest_oao.providers.native_parts import MESSAGE, is_list, kept_fields, native_part, unread
from pytest_oao.providers.request_parameters import read_parameters, write_parameters
from pytest_oao.providers.residues import laid_over, residue

_CONFIG = "generationConfig"
_PARAMETERS = (
    ("temperature", "gen_ai.request.temperature", number),
    ("topP", "gen_ai.request.top_p", number),
    ("topK", "gen_ai.request.top_k", number),
    ("maxOutputTokens", "gen_ai.request.max_tokens", count),
    ("stopSequences", "gen_ai.request.stop_sequences", words),
    ("candidateCount", "gen_ai.request.choice.count", count),
    ("seed", "gen_ai.request.seed", number),
    ("presencePenalty", "gen_ai.request.presence_penalty", number),
    ("frequencyPenalty", "gen_ai.request.frequency_penalty", number),
)
_ROLES = {"assistant": "model", "tool": "user", "system": "user", "developer": "user"}
_NEUTRAL = {"model": "assistant"}
_NESTED = {_CONFIG: None, "toolConfig": "functionCallingConfig"}
"""Settings whose names may be spelled in two ways, and those below them."""


def normal(body: JSONObject) -> JSONObject:
    """Return a request in its normal form, which reading and writing it gives again.

    Names are as Google's own JSON spells them, but for those in schemas, arguments and results; a content has a role,
    the system instruction none.
    """
    kept = camel_cased(body)
    if isinstance(contents := _listed(kept.get("contents")), list):
        kept["contents"] = [_normal_content(one) if isinstance(one, dict) else one for one in contents]
    if isinstance(system := kept.get("systemInstruction"), dict):
        told = _normal_content(system)
        kept["systemInstruction"] = {key: value for key, value in told.items() if key != "role"}
    if "tools" in kept:
        kept["tools"] = normal_tools(kept["tools"])
    for name, below in _NESTED.items():
        if isinstance(settings := kept.get(name), dict):
            told = camel_cased(settings)
            kept[name] = told | ({below: camel_cased(told[below])} if below in told else {})
    return kept


def read_request(body: JSON) -> ModelRequest:
    """Return what a request asks; its path names the model, and says whether to stream."""
    native = normal(record(body))
    parameters, apart = read_parameters(record(native.get(_CONFIG)), _PARAMETERS)
    read = ModelRequest(
        system=tuple(read_part(part) for part in records(record(native.get("systemInstruction")).get("parts"))),
        messages=tuple(_read_content(one) for one in records(native.get("contents"))),
        tools=tuple(read_tools(native.get("tools"))),
        parameters=parameters,
        extra={_CONFIG: apart} if apart else {},
        api=API,
    )
    return replace(read, extra=laid_over(dict(read.extra), residue(native, write_request(read))))


def write_request(request: ModelRequest) -> JSONObject:
    """Return the native request; what another API has beyond OpenTelemetry's names is not in it."""
    extra = dict(request.extra) if request.api in {"", API} else {}
    names = names_of(request.messages)
    system: list[JSON] = [written for part in request.system if (written := write_part(part, names)) is not None]
    tools = write_tools(request.tools)
    config = write_parameters(request.parameters, _PARAMETERS, record(extra.get(_CONFIG)))
    return laid_over(
        {
            **({"systemInstruction": {"parts": system}} if system else {}),
            "contents": [_write_content(message, names) for message in together(request.messages)],
            **({"tools": tools} if tools else {}),
            **({_CONFIG: config} if config else {}),
        },
        extra,
    )


def _normal_content(content: JSONObject) -> JSONObject:
    parts = _listed(content.get("parts"))
    if isinstance(parts, list):
        parts = [normal_part(one) if isinstance(one, dict) else one for one in parts]
    return {"role": "user", **content, "parts": [] if parts is None else parts}


def _listed(value: JSON) -> JSON:
    """Return the list that an object alone stands for: of one content, of one part."""
    return [value] if isinstance(value, dict) else value


def _read_content(native: JSONObject) -> Message:
    role = text(native.get("role"))
    told = native.get("parts")
    parts = [read_part(part) for part in records(told)] if is_list(told) else unread(told, API)
    message = Message(_NEUTRAL.get(role, role), tuple(parts))
    rest = residue(native, _write_content(message, {}))
    kept = (native_part(MESSAGE, rest, API),) if rest else ()
    return replace(message, parts=message.parts + kept)


def _write_content(message: Message, names: dict[str, str]) -> JSONObject:
    said = (write_part(part, names) for part in message.parts if part.get("type") != MESSAGE)
    parts: list[JSON] = [part for part in said if part is not None]
    written: JSONObject = {"role": _ROLES.get(message.role, message.role), "parts": parts}
    return laid_over(written, kept_fields(message.parts, MESSAGE, API))
