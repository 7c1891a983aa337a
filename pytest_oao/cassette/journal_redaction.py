"""A redactor as the journal applies it: to every text and body of a line, before the line is built."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate, pairwise

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.ports import Redactor

_SHORT = 256
_MANY = 4096


class Unredacted:
    """Leaves everything as it is."""

    def header(self, header: Header) -> Header:
        """Return the header."""
        return header

    def call(self, call: Call) -> Call:
        """Return the call."""
        return call

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange."""
        return exchange

    def ending(self, ending: Ending) -> Ending:
        """Return the ending."""
        return ending


class Redaction(Unredacted):
    """Takes the secrets out of what the journal is given; texts that come again and again are looked at once."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._known: dict[str, str] = {}

    def header(self, header: Header) -> Header:
        """Return the header without its secrets."""
        return replace(
            header,
            test=self._text(header.test),
            origin=replace(header.origin, source=self._text(header.origin.source)),
            metadata=self._mapping(header.metadata),
        )

    def call(self, call: Call) -> Call:
        """Return the call without its secrets."""
        site = call.site
        return Call(
            kind=call.kind,
            target=self._text(call.target),
            body=self._body(call.body),
            lane=call.lane,
            url=self._text(call.url),
            headers=self._headers(call.headers),
            attributes=self._mapping(call.attributes),
            site=None if site is None else Site(self._text(site.agent), self._text(site.test)),
            caused_by=call.caused_by,
        )

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange with neither its outcome's secrets nor its attributes'; its call is left as it is."""
        attributes = self._mapping(exchange.attributes)
        return replace(exchange, outcome=self._outcome(exchange.outcome), attributes=attributes)

    def ending(self, ending: Ending) -> Ending:
        """Return the ending without its secrets."""
        return replace(ending, message=self._redactor.text(ending.message))

    def _outcome(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Raised):
            return self._raised(outcome)
        body, head = self._body(outcome.body), self._head(outcome.head)
        if isinstance(outcome, Returned):
            return Returned(body, head)
        end = self._raised(outcome.end) if isinstance(outcome.end, Raised) else outcome.end
        sizes = outcome.sizes if body is outcome.body else recut(outcome.sizes, outcome.body.data, body.data)
        return Streamed(body, head, sizes, outcome.times, end)

    def _raised(self, raised: Raised) -> Raised:
        return Raised(raised.type, self._redactor.text(raised.message))

    def _head(self, head: Head | None) -> Head | None:
        return None if head is None else replace(head, headers=self._headers(head.headers))

    def _body(self, body: Body) -> Body:
        data = body.data
        clean = self._redactor.data(data)
        return body if clean is data else Body(clean, body.media_type)

    def _headers(self, headers: Headers) -> Headers:
        return tuple((name, self._text(value)) for name, value in headers)

    def _mapping(self, mapping: Mapping[str, JSON]) -> dict[str, JSON]:
        return {self._text(key): self._value(value) for key, value in mapping.items()}

    def _value(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        return value

    def _text(self, text: str) -> str:
        clean = self._known.get(text)
        if clean is None:
            clean = self._redactor.text(text)
            if len(text) <= _SHORT and len(self._known) < _MANY:
                self._known[text] = clean
        return clean


def recut(sizes: tuple[int, ...], old: bytes, new: bytes) -> tuple[int, ...]:
    """Return the sizes of as many chunks of `new` as there were of `old`: each cut in its line, at its column.

    Where the redactor changed the number of lines, only the columns are left to go by.
    """
    before, after = _line_starts(old), _line_starts(new)
    if len(before) != len(after):
        before, after = [0], [0]
    ends = [*after[1:], len(new)]

    def moved(cut: int) -> int:
        line = bisect_right(before, cut) - 1
        return min(after[line] + cut - before[line], ends[line])

    cuts = [moved(cut) for cut in accumulate(sizes)]
    return _between([0, *cuts[:-1], len(new)]) if cuts else ()


def _line_starts(data: bytes) -> list[int]:
    return [0, *accumulate(len(line) for line in data.splitlines(keepends=True))]


def _between(cuts: Iterable[int]) -> tuple[int, ...]:
    return tuple(end - start for start, end in pairwise(cuts))
