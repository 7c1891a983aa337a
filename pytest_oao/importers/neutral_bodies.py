"""The bodies of a session's requests in neutral form: what one repeats of another is written once, and held once."""

import hashlib
from collections.abc import Sequence
from functools import partial
from operator import is_

from pytest_oao.cassette.encodings import DEFAULT, compact_and_parsed, encode, reads_back
from pytest_oao.model.bodies import Body
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers import neutral
from pytest_oao.providers.neutral import MESSAGES

_BEGIN = f'"{MESSAGES}":['.encode()


class _Conversation:
    """What its longest request says up to the end of the last message; each other one says a beginning of that."""

    def __init__(self, head: bytes) -> None:
        self.shown: list[JSON] = []
        """The messages as a cassette keeps them."""
        self._messages: Sequence[Message] = ()
        self._reads_back = reads_back(head)
        self._data = bytearray(head)
        self._digest = hashlib.sha256(head)

    def goes_on_in(self, messages: Sequence[Message]) -> bool:
        """Whether these are its messages and maybe more, the very same."""
        return len(self._messages) <= len(messages) and all(map(is_, self._messages, messages))

    def grow(self, messages: Sequence[Message]) -> None:
        """Take in the messages of a longer request; raises UnicodeEncodeError for half a character."""
        more = neutral.messages_json(messages[len(self.shown) :])
        written = b"".join(b"," + encode(one, DEFAULT) for one in more)
        new = written if self.shown else written[1:]
        self._messages, self.shown = messages, self.shown + more
        self._reads_back = self._reads_back and reads_back(new)
        self._data += new
        self._digest.update(new)

    def body(self, value: JSON, rest: bytes) -> Body:
        """Return the body of its longest request by now, which goes on with `rest`."""
        size, digest = len(self._data), self._digest.copy()
        digest.update(rest)
        load = partial(self._beginning, size, rest)
        parsed = (value,) if self._reads_back and reads_back(rest) else None
        return Body.deferred(load, digest.hexdigest(), neutral.MEDIA_TYPE, parsed)

    def _beginning(self, size: int, rest: bytes) -> bytes:
        return b"".join((memoryview(self._data)[:size], rest))


class NeutralBodies:
    """The bodies of requests that one after the other begin with the same messages."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, int], _Conversation] = {}
        """By what stands before the messages, and by the `id()` of the first one, which is held."""
        self._rests: dict[bytes, bytes] = {}

    def body(self, asked: ModelRequest) -> Body:
        """Return a request's body."""
        try:
            return self._shared(asked) if asked.messages else _alone(asked)
        except UnicodeEncodeError:  # half a character: all others are written by their escapes, too
            return _alone(asked)

    def _shared(self, asked: ModelRequest) -> Body:
        frame = neutral.request_json(asked, [None])
        head, rest = _around(frame)
        key = head, id(asked.messages[0])
        known = self._known.get(key)
        if known is None or not known.goes_on_in(asked.messages):
            known = self._known[key] = _Conversation(head)
        known.grow(asked.messages)
        return known.body(frame | {MESSAGES: known.shown}, self._rests.setdefault(rest, rest))


def _around(frame: JSONObject) -> tuple[bytes, bytes]:
    """Return what stands before and behind the messages in a body; raises UnicodeEncodeError for half a character."""
    fields = list(frame.items())
    at = list(frame).index(MESSAGES)
    before, after = encode(dict(fields[:at]), DEFAULT)[1:-1], encode(dict(fields[at + 1 :]), DEFAULT)[1:-1]
    return b"{" + before + b"," * bool(before) + _BEGIN, b"]" + b"," * bool(after) + after + b"}"


def _alone(asked: ModelRequest) -> Body:
    data, parsed = compact_and_parsed(neutral.request_json(asked))
    return Body(data, neutral.MEDIA_TYPE, parsed)
