"""The results of tools that a request quotes: what it repeats of the request before it is not read again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import is_
from typing import TypeVar

from pytest_oao.importers.tool_parts import RESULTS
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.ports import Codec
from pytest_oao.providers.fields import text

_LISTS = ("messages", "input")
"""Fields whose items are read one by one: no meaning of one depends on another."""

_RESULT = "tool_call_response"
_Item = TypeVar("_Item", JSON, Message)


@dataclass(frozen=True, slots=True, eq=False)
class Conversation:
    """What the requests of a conversation quote, in its order: it grows from one to the next."""

    results: list[JSONObject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class QuotedResults:
    """The results that one request quotes: so many of its conversation's, from the first on."""

    conversation: Conversation = field(default_factory=Conversation)
    count: int = 0

    def __iter__(self) -> Iterator[tuple[str, JSONObject]]:
        """Yield the id of each tool call, and its result: more than one where a model counts anew in each turn."""
        return self.after(0)

    def after(self, count: int) -> Iterator[tuple[str, JSONObject]]:
        """Yield the same without the first ones."""
        return ((text(part.get("id")), part) for part in self.conversation.results[count : self.count])

    def and_then(self, results: Iterable[JSONObject]) -> "QuotedResults":
        """Return what a request quotes that goes on from this one."""
        known = self.conversation
        if self.count < len(known.results):  # another one went on from it otherwise
            known = Conversation(known.results[: self.count])
        known.results.extend(results)
        return QuotedResults(known, len(known.results))


_UNKNOWN: tuple[Sequence[object], QuotedResults] = ((), QuotedResults())


class Conversations:
    """The conversations of a run that were read, by the last items that they had."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Sequence[object], QuotedResults]] = {}
        """By the `id()` of an item, which is held: no other has it."""

    def quoted_in(self, request: ModelRequest) -> QuotedResults:
        """Return the results that a request quotes."""
        return self._quoted(request.messages, results_of)

    def quoted_in_native(self, body: JSONObject, codec: Codec) -> QuotedResults:
        """Return the results that the body of a native request quotes."""
        key = next((name for name in _LISTS if isinstance(body.get(name), list)), "")
        items = body.get(key)
        if not isinstance(items, list) or not items:
            return self.quoted_in(codec.read_request(body))
        return self._quoted(items, partial(_results, body, key, codec))

    def _quoted(self, items: Sequence[_Item], read: Callable[[Sequence[_Item]], Iterable[JSONObject]]) -> QuotedResults:
        known, at = self._before(items)
        found = known.and_then(read(items[at:])) if at < len(items) else known
        if items:
            self._known[id(items[-1])] = items, found
        return found

    def _before(self, items: Sequence[object]) -> tuple[QuotedResults, int]:
        """Return what is known of the longest beginning, and how long that is."""
        for at in range(len(items), 0, -1):
            before, quoted = self._known.get(id(items[at - 1]), _UNKNOWN)
            if len(before) == at and all(map(is_, before, items)):
                return quoted, at
        return QuotedResults(), 0


def _results(body: JSONObject, key: str, codec: Codec, items: Sequence[JSON]) -> Iterable[JSONObject]:
    """Return what some of a request's items quote."""
    read = RESULTS.get(codec.api)
    if read is None:
        return results_of(codec.read_request({"model": body.get("model"), key: [*items]}).messages)
    return (part for part in read(items) if part.get("type") == _RESULT)


def results_of(messages: Iterable[Message]) -> Iterator[JSONObject]:
    """Yield the results of tools in messages."""
    return (part for message in messages for part in message.parts if part.get("type") == _RESULT)
