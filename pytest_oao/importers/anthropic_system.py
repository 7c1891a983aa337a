"""Where the system prompt of a request of Anthropic's goes: sources put it among the messages, as OpenAI has it."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import records

_ROLES = ("system", "developer")


def anthropic_system(body: JSONObject) -> JSONObject:
    """Return the body of a request with all that its messages say as the system where Anthropic's API wants it."""
    given = body.get("messages")
    if not isinstance(given, list) or all(one.get("role") not in _ROLES for one in records(given)):
        return body
    rest: list[JSON] = [one for one in given if not (isinstance(one, dict) and one.get("role") in _ROLES)]
    said = [body["system"]] if body.get("system") else []
    for one in records(given):
        if one.get("role") in _ROLES and one.get("content") not in (None, "", [], *said):
            said.append(one["content"])  # what stands in both places was said once
    return {**body, **({"system": _joined(said)} if said else {}), "messages": rest}


def _joined(said: list[JSON]) -> JSON:
    if all(isinstance(one, str) for one in said):
        return "\n".join(str(one) for one in said)
    if len(said) == 1:
        return said[0]
    return [block for one in said for block in _blocks(one)]


def _blocks(content: JSON) -> list[JSON]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}]
