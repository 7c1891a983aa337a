"""A chat's stream that an SDK's wrapper or a log put together → the answer as it looks unstreamed."""

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records

_MERGED = frozenset({"delta", "text"})
"""Of a choice, what becomes its message."""


def unstreamed(body: JSONObject) -> JSONObject:
    """Return a chat answer as one that was not streamed: SDKs' wrappers put its chunks together, and leave traces.

    What OpenAI's first API said becomes what a chat says.
    """
    choices: list[JSON] = [_choice(one) for one in records(body.get("choices"))]
    return {**body, "object": "chat.completion", "choices": choices}


def _choice(choice: JSONObject) -> JSONObject:
    message = dict(record(choice.get("message") or choice.get("delta")))
    if not message and "text" in choice:
        message = {"role": "assistant", "content": choice["text"]}
    calls = records(message.get("tool_calls"))
    if calls:
        message["tool_calls"] = [{key: item for key, item in call.items() if key != "index"} for call in calls]
    reason = choice.get("finish_reason")
    reason = reason.get("finish_reason") if isinstance(reason, dict) else reason
    kept: JSONObject = {key: item for key, item in choice.items() if key not in _MERGED}
    return {**kept, "message": message, "finish_reason": reason}
