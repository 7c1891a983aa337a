"""What Google's SDKs call their requests and answers by → the names of the API's own JSON."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import camel_cased, record, records

_OPAQUE = frozenset({"args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"})
"""Fields whose keys are of the user's own."""
_OUTSIDE = {"systemInstruction", "tools", "toolConfig", "safetySettings", "cachedContent", "labels"}
"""Of an SDK's `config`, what stands beside `generationConfig` in the API's JSON."""
_APART = frozenset({"config", "contents", "model"})
_SDKS_OWN = frozenset({"httpOptions", "automaticFunctionCalling", "shouldReturnHttpResponse"})


def native(value: JSON) -> JSON:
    """Return a value with the keys of its objects in camel case, as deep as they are the API's."""
    if isinstance(value, list):
        return [native(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: item if key in _OPAQUE else native(item) for key, item in camel_cased(value).items()}


def request_body(arguments: JSONObject) -> JSONObject:
    """Return the request that the arguments of an SDK's `generate_content` come to."""
    config = record(native(arguments.get("config")))
    outside = {key: value for key, value in config.items() if key in _OUTSIDE}
    inside: JSONObject = {key: value for key, value in config.items() if key not in _OUTSIDE | _SDKS_OWN}
    body = record(native({key: value for key, value in arguments.items() if key not in _APART}))
    body |= outside | ({"generationConfig": inside} if inside else {})
    body["contents"] = contents(arguments.get("contents"))
    if "systemInstruction" in body:
        body["systemInstruction"] = _content(body["systemInstruction"], "system")
    return body


def contents(value: JSON) -> list[JSON]:
    """Return contents in full: the SDK takes a text, a part, or a list of either for a message of the user's."""
    items = value if isinstance(value, list) else [value]
    return [_content(native(item), "user") for item in items if item is not None]


def answer_body(value: JSONObject) -> JSONObject:
    """Return an answer, also where it is the agent kit's, which has the first candidate alone."""
    body = record(native(value))
    if "candidates" in body:
        return body
    candidate: JSONObject = {key: body.pop(key) for key in ("content", "finishReason") if key in body}
    return {**body, "candidates": [candidate]}


def _content(value: JSON, role: str) -> JSONObject:
    if isinstance(value, str):
        return {"role": role, "parts": [{"text": value}]}
    content = record(value)
    if "parts" in content:
        return content
    parts: list[JSON] = [*records(value)] if isinstance(value, list) else [content]
    return {"role": role, "parts": parts}
