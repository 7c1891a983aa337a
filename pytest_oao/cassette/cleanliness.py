"""Whether a session holds no secret at all: what its calls repeat of each other is looked through once.

Most sessions hold none, and a conversation's every request repeats all that was said before. Where this finds nothing,
nothing would be replaced; where it finds anything, each body is gone through by itself, as if this had not been.
"""

import re
from typing import Protocol

import orjson

from pytest_oao.cassette.kept_headers import Which
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.sessions import Session

_LISTS = ("messages", "tools", "input", "contents", "gen_ai.input.messages", "gen_ai.tool.definitions")
"""Fields of requests whose items are objects: no rule sees a secret across the end of one and the start of the next."""
_OBJECTS = frozenset({dict})
_LIKE_A_FORM = re.compile(r"[=\n]")
"""In texts that some rules take for a form, or for a stream, where they stand alone."""


class Finder(Protocol):
    """What takes secrets out."""

    def data(self, data: bytes) -> bytes:
        """Return the bytes with each secret replaced; the same object when there was none."""

    def text(self, text: str) -> str:
        """Return the text with each secret replaced."""

    def url(self, url: str) -> str:
        """Return the URL with its secrets replaced."""

    def headers(self, headers: Headers, which: Which) -> Headers:
        """Return the headers that records keep, their values without secrets."""

    def reaches_across(self, data: bytes) -> bool:
        """Whether a rule finds anything that may see more than one value at once, or look at the ends of a text."""


def holds_no_secret(session: Session, finder: Finder) -> bool:
    """Whether nothing in the session's exchanges would be replaced; False where that is not sure."""
    if session.in_doubt:
        return False
    seen = _Seen()
    for exchange in session.exchanges:
        outcome = exchange.outcome
        if not isinstance(outcome, Returned) or not _is_plain(exchange.call, outcome, finder):
            return False
        for body in (exchange.call.body, outcome.body):
            if body.data and (body.parsed is None or finder.reaches_across(body.data)):
                return False
            seen.add(body)
            seen.tell(body.media_type)
        seen.tell(dict(exchange.call.attributes))
        seen.tell(dict(exchange.attributes))
        if exchange.provenance is not None:
            seen.tell(exchange.provenance.source_id)
    return seen.is_clean(finder)


def _is_plain(call: Call, outcome: Returned, finder: Finder) -> bool:
    """Whether what stands around the bodies stays as it is."""
    return (
        finder.url(call.target) == call.target
        and finder.url(call.url) == call.url
        and finder.headers(call.headers, "request") == call.headers
        and (outcome.head is None or finder.headers(outcome.head.headers, "response") == outcome.head.headers)
    )


class _Seen:
    """The parts of bodies, each once, and the texts beside them, each once too."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._parts: dict[int, JSON] = {}

    def add(self, body: Body) -> None:
        """Take in what a body says."""
        if body.parsed is None:
            return
        value = body.parsed[0]
        if not isinstance(value, dict):
            self._parts[id(value)] = value
            return
        rest: dict[str, JSON] = {}
        for name, item in value.items():
            if name in _LISTS and isinstance(item, list) and _OBJECTS.issuperset(map(type, item)):
                self._parts.update(zip(map(id, item), item, strict=True))
            else:
                rest[name] = item
        self._parts[id(rest)] = rest

    def tell(self, value: JSON) -> None:
        """Take in the texts in plain data, its keys too."""
        if isinstance(value, str):
            self._texts[value] = None
        elif isinstance(value, dict):
            self._texts.update(dict.fromkeys(value))
            for item in value.values():
                self.tell(item)
        elif isinstance(value, list):
            for item in value:
                self.tell(item)

    def is_clean(self, finder: Finder) -> bool:
        """Whether none of it holds a secret."""
        if any(finder.text(text) != text for text in self._texts if _LIKE_A_FORM.search(text)):
            return False
        if any(finder.reaches_across(text.encode("utf-8", "surrogatepass")) for text in self._texts):
            return False
        try:
            parts = orjson.dumps(list(self._parts.values()))
            texts = "\n".join(self._texts).encode()
        except (TypeError, UnicodeEncodeError):  # half a character, or a number of many digits
            return False
        return finder.data(parts) is parts and finder.data(texts) is texts
