"""Tool calls and their results in a conversation: which belong together, and ids for those that have none."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from pytest_oao.model.conversations import Message
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.minted_ids import mint

_Makers: TypeAlias = dict[str, Callable[[JSONObject], JSONObject]]
_FORMER = "former"
_FORMER_ROLE = "function"
"""Of results that older models are told by the function's name."""


def with_ids(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages with an id in each tool call and each result; results come in the order of their calls."""
    waiting: deque[str] = deque()
    seen = 0

    def named(part: JSONObject) -> JSONObject:
        nonlocal seen
        seen += 1
        ident = mint("call_", seen, part.get("name"), part.get("arguments"))
        waiting.append(ident)
        return part | {"id": ident}

    def answered(part: JSONObject) -> JSONObject:
        return part | {"id": waiting.popleft() if waiting else mint("call_", part.get("response"))}

    makers: _Makers = {"tool_call": named, "tool_call_response": answered}
    for message in messages:
        if message.role == _FORMER_ROLE:
            yield message
        else:
            yield replace(message, parts=tuple(_named(part, makers) for part in message.parts))


def together(messages: Iterable[Message]) -> list[Message]:
    """Return the messages with the results of tools that were asked for together in one, as some APIs want them."""
    found: list[Message] = []
    for message in messages:
        if found and message.role == found[-1].role == "tool":
            found[-1] = replace(found[-1], parts=found[-1].parts + message.parts)
        else:
            found.append(message)
    return found


def names_of(messages: Iterable[Message]) -> dict[str, str]:
    """Return the names of tools by the ids of their calls."""
    return {
        text(part.get("id")): text(part.get("name"))
        for message in messages
        for part in message.parts
        if part.get("type") == "tool_call"
    }


def _named(part: JSONObject, makers: _Makers) -> JSONObject:
    maker = makers.get(text(part.get("type")))
    return part if maker is None or part.get("id") or _is_former(part) else maker(part)


def _is_former(part: JSONObject) -> bool:
    """Whether a part is of the `function_call` of older models, which has no id."""
    return any(record(value).get(_FORMER) is True for value in part.values())
