"""What the cache keeps of a cassette: rows that its session is quickly opened from, and the tree that it was read from.

A replay asks for addresses, for the sha256 of requests and for answers, and these stand in the rows. The tree is parsed
when somebody asks for the bytes of a request or for attributes, and at once where an answer lies in a blob.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import orjson

from pytest_oao.cassette import document
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.payloads import Blobs
from pytest_oao.cassette.provenances import provenance_form, provenance_of
from pytest_oao.cassette.verdicts import verdict_forms, verdicts_of
from pytest_oao.cassette.yamlreader import Place, Tree, at
from pytest_oao.model.attributes import ReadAttributes
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.sessions import Session

LAYOUT = b"oao snapshot 5\n"
"""Changes with the rows, with what the YAML reader makes of a text, and with what is found sound."""

_SLOW = b"null"
"""Stands in place of the rows of a session with calls in doubt, which nobody replays, and of a hand-made one."""


def snapshot(tree: Tree, session: Session) -> bytes | None:
    """Return what is kept of a session and of the tree that it was read from.

    None where another session would be read back: it holds a number or a text that is not for every reader.
    """
    assert isinstance(tree.root, dict)
    frame = {key: value for key, value in tree.root.items() if key != "exchanges"}
    try:
        whole = _dumped(tree)
        quick = not session.in_doubt and all(site[0] == "exchanges" for site, _ in tree.aliases)
        rows = orjson.dumps([frame, *_rows(session.exchanges)]) if quick else _SLOW
    except TypeError:  # a whole number of more than 64 bits, half a character, or 254 levels
        return None
    return b"%s\n%s" % (rows, whole) if whole else None


def opened(kept: bytes, where: str, blobs: Blobs) -> Session:
    """Return the session of a snapshot; `where` names its cassette in errors."""
    rows, _, tree = kept.partition(b"\n")
    whole = _Whole(tree, where, blobs)
    if rows == _SLOW:
        return whole.session
    frame, headers, sites, exchanges = orjson.loads(rows)
    shared = list(map(_headers, headers)), [site and Site(*site) for site in sites]
    made = tuple([_exchange(index, row, shared, whole) for index, row in enumerate(exchanges)])
    return replace(document.unchecked(frame, where, blobs), exchanges=made)


class _Whole:
    """The session as the tree tells it, parsed when something of it is asked for."""

    def __init__(self, tree: bytes, where: str, blobs: Blobs) -> None:
        self._tree, self._where, self._blobs = tree, where, blobs

    @cached_property
    def session(self) -> Session:
        """The session with all that it holds."""
        return document.unchecked(_tree_of(self._tree), self._where, self._blobs)

    def request(self, index: int) -> bytes:
        """Return the bytes of a request; raises DamagedFile where a blob is not there."""
        return self.session.exchanges[index].call.body.data

    def asked(self, index: int) -> Mapping[str, JSON]:
        """Return the attributes of a call."""
        return self.session.exchanges[index].call.attributes

    def answered(self, index: int) -> Mapping[str, JSON]:
        """Return the attributes of an answer."""
        return self.session.exchanges[index].attributes


def _rows(exchanges: Iterable[Exchange]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return a row of each exchange, after the headers and sites that rows name by number, since calls are alike."""
    headers: dict[Headers, int] = {}
    sites: dict[Site | None, int] = {}
    rows = [_row(exchange, headers, sites) for exchange in exchanges]
    return list(map(_flat, headers)), [site and [site.agent, site.test] for site in sites], rows


def _row(exchange: Exchange, headers: dict[Headers, int], sites: dict[Site | None, int]) -> list[Any]:
    call = exchange.call
    return [
        [call.kind, call.target, call.lane, call.url, call.caused_by, call.parent],
        [call.body.media_type, call.body.sha256],
        [headers.setdefault(call.headers, len(headers)), sites.setdefault(call.site, len(sites))],
        _answer_row(exchange.outcome, headers),
        [exchange.seq, exchange.started_at, exchange.duration, verdict_forms(exchange.verdicts)],
        exchange.provenance and provenance_form(exchange.provenance),
    ]


def _exchange(index: int, row: list[Any], shared: tuple[list[Headers], list[Site | None]], whole: _Whole) -> Exchange:
    address, (media_type, sha256), (header, site), answer, (seq, started_at, duration, said), imported = row
    kind, target, lane, url, caused_by, parent = address
    headers, sites = shared
    body = Body.deferred(partial(whole.request, index), sha256, media_type)
    asked, answered = ReadAttributes(partial(whole.asked, index)), ReadAttributes(partial(whole.answered, index))
    call = Call(kind, target, body, lane, url, headers[header], asked, sites[site], caused_by, parent)
    outcome = _answer(headers, *answer) if answer else whole.session.exchanges[index].outcome
    verdicts = verdicts_of(Fields({"verdicts": said}, "", "")) if said else ()
    provenance = provenance_of(Fields(imported, "", "")) if imported else None
    return Exchange(seq, call, outcome, started_at, duration, answered, verdicts, provenance)


def _answer_row(outcome: Outcome, headers: dict[Headers, int]) -> list[Any] | None:
    """Return the row of an answer; None where it lies in a blob. Without HTTP, the head is empty."""
    if isinstance(outcome, Raised):
        return [None, [outcome.type, outcome.message, outcome.detail]]
    head, body = outcome.head, outcome.body
    if not body.at_hand:
        return None
    top = [head.status, headers.setdefault(head.headers, len(headers)), head.http_version] if head else []
    row = [top, [_text(body.data), body.media_type]]
    if isinstance(outcome, Returned):
        return row
    end = outcome.end
    return [
        *row,
        [outcome.sizes, outcome.times, [end.type, end.message, end.detail] if isinstance(end, Raised) else end],
    ]


def _answer(
    headers: list[Headers], head: list[Any] | None, told: list[Any], stream: list[Any] | None = None
) -> Outcome:
    if head is None:
        return Raised(*told)
    text, media_type = told
    body, top = Body(_bytes(text), media_type), _head(headers, *head) if head else None
    if stream is None:
        return Returned(body, top)
    sizes, times, end = stream
    return Streamed(body, top, tuple(sizes), tuple(times), Raised(*end) if isinstance(end, list) else end)


def _head(headers: list[Headers], status: int, header: int, version: str) -> Head:
    return Head(status, headers[header], version)


def _text(data: bytes) -> str | list[str]:
    """Return bytes as text; in a list where it is base64."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return [b64encode(data).decode()]


def _bytes(text: str | list[str]) -> bytes:
    return text.encode() if isinstance(text, str) else b64decode(text[0])


def _flat(headers: Headers) -> list[str]:
    return [text for pair in headers for text in pair]


def _headers(flat: list[str]) -> Headers:
    texts = iter(flat)
    return tuple(zip(texts, texts, strict=True))


def _dumped(tree: Tree) -> bytes:
    """Write a tree with a hole where an alias stands, so that what it repeats is not written again.

    Empty where another tree would be read back.
    """
    for site, _ in tree.aliases:
        _put(tree.root, site, None)
    try:
        data = orjson.dumps([tree.root, tree.aliases])
        return data if orjson.loads(data)[0] == tree.root else b""
    finally:
        _fill(tree.root, tree.aliases)


def _tree_of(data: bytes) -> JSON:
    root: JSON
    root, aliases = orjson.loads(data)
    _fill(root, aliases)
    return root


def _fill(root: JSON, aliases: Iterable[tuple[Place, Place]]) -> None:
    for site, origin in aliases:
        _put(root, site, at(root, origin))


def _put(root: JSON, place: Place, value: JSON) -> None:
    at(root, place[:-1])[place[-1]] = value  # type: ignore[index]  # a place of this very tree
