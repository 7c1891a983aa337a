"""Which run a model call belongs to where the log does not tell: that of the earlier call which it goes on from."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from hashlib import blake2b

import orjson

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text

_REMEMBERED = 100_000
"""So many answers may be gone on from: what a log of any length takes in memory is bounded."""
_DIGEST = 16
_LISTS = ("messages", "input", "contents")
_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction")
_ALIKE = 64
"""So many runs that said the same so far are told apart."""
_AGAIN = b"again "
"""Before what names a request that failed, and that may be made again as it was."""


class _Runs:
    """The runs that said the same so far: the one that waits longest goes on first, each once before any goes twice."""

    __slots__ = ("_gone", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[str] = deque(maxlen=_ALIKE)
        self._gone = ""

    def add(self, run: str) -> None:
        if run not in self._waiting:
            self._waiting.append(run)

    def next(self) -> str:
        return self._waiting[0] if self._waiting else self._gone

    def went_on(self, run: str) -> bool:
        """Note that a run went on; return whether another one waits."""
        if run in self._waiting:
            self._waiting.remove(run)
            self._gone = run
        return bool(self._waiting)


class MessageChains:
    """Conversations that are told apart by what they say: a request that repeats another and goes on is of its run."""

    def __init__(self) -> None:
        self._runs: OrderedDict[bytes, _Runs] = OrderedDict()

    def run_of(self, request: JSONObject, answer: JSON, name: str, *, failed: bool) -> str:
        """Return the run of a call: that of the one that it goes on from, or a new one of that name."""
        messages = next((records(request.get(key)) for key in _LISTS if key in request), [])
        digests = list(_digests(request, messages))
        keys = _earlier(request, messages, digests)
        run = self._gone_on_from(keys, digests) or name
        for digest in digests[-1:]:
            answered = digest + _fingerprint(_said(record(answer)))
            for key in (_AGAIN + digest,) if failed else (digest, answered):
                self._remember(key, run)
        if response := text(record(answer).get("id")):
            self._remember(response.encode("utf-8", "replace"), run)
        return run

    def _gone_on_from(self, keys: Iterator[bytes], before: list[bytes]) -> str:
        """Return the run of the first of the keys that names one, and note that it went on; empty where none does."""
        known = next((key for key in keys if key in self._runs), None)
        if known is None:
            return ""
        run = self._runs[known].next()
        for key in {known, *before[:-1]} & self._runs.keys():
            others = self._runs[key].went_on(run)
            if key.startswith(_AGAIN) and not others:  # nobody else's failed: who asks the same next is another run
                del self._runs[key]
        return run

    def _remember(self, key: bytes, run: str) -> None:
        self._runs.setdefault(key, _Runs()).add(run)
        self._runs.move_to_end(key)
        if len(self._runs) > _REMEMBERED:
            self._runs.popitem(last=False)


def _earlier(request: JSONObject, messages: list[JSONObject], digests: list[bytes]) -> Iterator[bytes]:
    """Yield what names the calls that a request may go on from, the surest first.

    Itself, where it failed, the answer that it names, what was said and answered before its last message, what was said
    alone.
    """
    yield from (_AGAIN + digest for digest in digests[-1:])
    yield text(request.get("previous_response_id")).encode("utf-8", "replace") or b"none"
    for at in range(len(digests) - 1, 0, -1):
        yield digests[at - 1] + _fingerprint(messages[at])
    yield from reversed(digests[:-1])


def _digests(request: JSONObject, messages: list[JSONObject]) -> Iterator[bytes]:
    """Yield what names a conversation after each of its messages, the system prompt first."""
    found = _written([request.get(key) for key in _SYSTEM if key in request])
    for message in messages:
        found = blake2b(found + _written(message), digest_size=_DIGEST).digest()
        yield found


def _said(answer: JSONObject) -> JSONObject:
    """Return the message in an answer, as the next request repeats it; the first item of several."""
    for choice in records(answer.get("choices")):
        return record(choice.get("message"))
    for candidate in records(answer.get("candidates")):
        return record(candidate.get("content"))
    items = (item for item in records(answer.get("output")) if item.get("type") != "reasoning")
    return next(items, answer)


def _fingerprint(message: JSONObject) -> bytes:
    """Return what a message is known by: SDKs add and drop fields when they send an answer back."""
    calls = [one.get("id") for one in records(message.get("tool_calls"))]
    content = message.get("content", message.get("parts"))
    blocks = records(content)
    calls += [one.get("id") or record(one.get("functionCall")).get("name") for one in blocks]
    words = content if isinstance(content, str) else "".join(text(one.get("text")) for one in blocks)
    return blake2b(_written([words.strip(), calls, message.get("call_id")]), digest_size=_DIGEST).digest()


def _written(value: JSON) -> bytes:
    """Return a value as JSON, in whichever way: it is only compared with others."""
    try:
        return orjson.dumps(value)
    except TypeError:  # half a character, a number of many digits, or what is nested deep
        return _written_slowly(value)


def _written_slowly(value: JSON) -> bytes:
    try:
        return compact(value)
    except (ValueError, RecursionError):
        return b""
