"""What a platform keeps as the input of a model call, in whichever of a dozen shapes → what was asked."""

from dataclasses import replace

from pytest_oao.importers import gemini_objects, langchain_messages, part_messages
from pytest_oao.importers.anthropic_system import anthropic_system
from pytest_oao.importers.apis_by_shape import api_of_messages, api_of_request
from pytest_oao.model.apis import CHAT, EMBEDDINGS, GEMINI, MESSAGES, RESPONSES
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.chat_tools import DEFINED
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.fields import json_text, record, records, text
from pytest_oao.providers.payloads import unwrapped

_OFFERS = frozenset({"tools", "functions"})
"""Lists that wrappers write even where they are empty, which nobody sends."""


def request_told(value: JSON, hint: str = "") -> ModelRequest:
    """Return the request that an input tells; `hint` is the API it is of, where the source says so."""
    value = unwrapped(value)
    if isinstance(value, dict):
        return _of_object(value, hint)
    if isinstance(value, list):
        return _of_list(value, {}, hint)
    return ModelRequest(messages=(_user(value),) if value not in (None, "") else ())


def tool_definitions(tools: JSON) -> tuple[JSONObject, ...]:
    """Return definitions of tools, whichever provider's, in the neutral form."""
    given = records(tools)
    if any("input_schema" in tool for tool in given):
        return read(MESSAGES, {"messages": [], "tools": [*given]}).tools
    if any("function_declarations" in tool or "functionDeclarations" in tool for tool in given):
        return read(GEMINI, {"contents": [], "tools": gemini_objects.native([*given])}).tools
    if all("function" in tool for tool in given):
        return read(CHAT, {"messages": [], "tools": [*given]}).tools
    return tuple({key: tool[key] for key in ("type", *DEFINED) if key in tool} for tool in given)


def read(api: str, body: JSONObject) -> ModelRequest:
    """Return what a body of an API asks; nothing where the API is not translated."""
    codec = CODECS.get(api)
    offered: JSONObject = {key: item for key, item in body.items() if key not in _OFFERS or item not in (None, [])}
    return codec.read_request(offered) if codec else ModelRequest(api=api)


def _of_object(value: JSONObject, hint: str) -> ModelRequest:
    messages = unwrapped(value.get("messages"))
    if isinstance(messages, list):
        return _of_list(messages, {key: item for key, item in value.items() if key != "messages"}, hint)
    if prompts := value.get("prompts", value.get("prompt")):
        return _of_prompts(prompts)
    api = hint if hint == GEMINI and "contents" in value else api_of_request(value)
    if api or "instructions" in value or isinstance(value.get("input"), str | list):
        return _of_body(api or RESPONSES, value)
    if "role" in value or value.get("lc"):
        return _of_list([value], {}, hint)
    return ModelRequest(messages=(_user(value),))


def _of_body(api: str, body: JSONObject) -> ModelRequest:
    if api == GEMINI:
        return read(GEMINI, gemini_objects.request_body(body))
    if api == EMBEDDINGS:
        given = body["input"]
        said = tuple(_user(one) for one in (given if isinstance(given, list) else [given]))
        return ModelRequest(model=text(body.get("model")), messages=said, api=api)
    return read(api, body)


def _of_list(messages: list[JSON], beside: JSONObject, hint: str) -> ModelRequest:
    """Read messages, and what stands beside them."""
    if langchain_messages.is_langchain(messages):
        system, said = langchain_messages.conversation(messages)
        tools = langchain_messages.definitions(messages) or records(beside.get("tools"))
        return ModelRequest(system=system, messages=said, tools=tool_definitions([*tools]))
    if part_messages.is_made_of_parts(messages):
        system, said = part_messages.conversation(messages)
        return ModelRequest(system=system, messages=said, tools=tool_definitions(beside.get("tools")))
    if not records(messages):
        return ModelRequest(messages=tuple(_user(one) for one in messages))
    return _of_native(messages, beside, hint)


def _of_native(messages: list[JSON], beside: JSONObject, hint: str) -> ModelRequest:
    api = api_of_request({**beside, "messages": messages}) if beside else CHAT
    api = api_of_messages(messages) if api == CHAT else api
    api = hint if hint in (CHAT, MESSAGES) and api in (CHAT, MESSAGES) else api
    if api == MESSAGES:
        return read(MESSAGES, anthropic_system({**beside, "messages": messages}))
    if api == RESPONSES:
        return read(RESPONSES, {**beside, "input": messages})
    if api == GEMINI:
        return read(GEMINI, gemini_objects.request_body({**beside, "contents": messages}))
    return read(CHAT, {**beside, "messages": messages})


def _of_prompts(prompts: JSON) -> ModelRequest:
    """Return text that was put together of a conversation: who said what of it is not told."""
    given = prompts if isinstance(prompts, list) else [prompts]
    return ModelRequest(messages=tuple(_user(one) for one in given[:1]))


def _user(value: JSON) -> Message:
    words = value if isinstance(value, str) else json_text(value)
    return Message("user", ({"type": "text", "content": words},))


def with_settings(request: ModelRequest, model: str, settings: JSONObject) -> ModelRequest:
    """Return a request with the model and the parameters that stand beside its messages, by an SDK's names."""
    told = read(request.api if request.api in CODECS else CHAT, {**_empty(request.api), **settings})
    return replace(
        request,
        model=request.model or model,
        parameters={**told.parameters, **request.parameters},
        extra={**{key: item for key, item in told.extra.items() if key in settings}, **request.extra},
    )


def _empty(api: str) -> JSONObject:
    return {"contents": []} if api == GEMINI else {"input": []} if api == RESPONSES else {"messages": []}


def conversation_of(request: JSONObject) -> JSON:
    """Return what of a request's body is said in it."""
    return next((request[key] for key in ("messages", "input", "contents", "prompts") if key in request), None)


def has_content(request: ModelRequest) -> bool:
    """Whether a request says anything."""
    return bool(request.messages or request.system or record(dict(request.extra)))
