"""What native messages say of tools, read without all the rest that they say."""

from collections.abc import Callable, Mapping, Sequence

from pytest_oao.model.apis import CHAT, MESSAGES
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.anthropic_blocks import read_blocks
from pytest_oao.providers.chat_turns import parts_of
from pytest_oao.providers.fields import record, records

Reader = Callable[[Sequence[JSON]], list[JSONObject]]
"""Takes messages and returns parts."""
_ROLES = ("tool", "function")


def _chat_results(messages: Sequence[JSON]) -> list[JSONObject]:
    return [part for one in records([*messages]) if one.get("role") in _ROLES for part in parts_of(one)]


def _anthropic_results(messages: Sequence[JSON]) -> list[JSONObject]:
    contents = (records(one.get("content")) for one in records([*messages]))
    return read_blocks([block for blocks in contents for block in blocks if block.get("type") == "tool_result"])


RESULTS: Mapping[str, Reader] = {CHAT: _chat_results, MESSAGES: _anthropic_results}
"""By the API: the results of tools in messages of a request."""


def _chat_calls(answer: JSONObject) -> list[JSONObject]:
    message = record(next(iter(records(answer.get("choices"))), {}).get("message"))
    asked: JSONObject = {name: message[name] for name in ("tool_calls", "function_call") if name in message}
    return [part for part in parts_of(asked) if part.get("type") == "tool_call"] if asked else []


def _anthropic_calls(answer: JSONObject) -> list[JSONObject]:
    asked: list[JSON] = [block for block in records(answer.get("content")) if block.get("type") == "tool_use"]
    return read_blocks(asked)


CALLS: Mapping[str, Callable[[JSONObject], list[JSONObject]]] = {
    CHAT: _chat_calls,
    MESSAGES: _anthropic_calls,
}
"""By the API: the tool calls in a whole answer."""
