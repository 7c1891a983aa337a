"""What the cache keeps of a cassette: rows that its session is quickly opened from, and the tree that it was read from.

A replay asks for addresses, for the sha256 of requests and for answers, and all of these stand in the rows. The tree is
parsed when somebody asks for more: for the bytes of a request, or for an answer that a row does not hold.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import orjson

from pytest_oao.cassette import document
from pytest_oao.cassette.payloads import Blobs
from pytest_oao.cassette.yamlreader import Place, Tree, at
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.sessions import Session


def snapshot(tree: Tree, session: Session) -> bytes | None:
    """Return what is kept of a session and of the tree that it was read from.

    None where another session would be read back: it holds a number or a text that is not for every reader.
    """
    assert isinstance(tree.root, dict)
    frame = {key: value for key, value in tree.root.items() if key != "exchanges"}
    rows = [] if session.in_doubt else [frame, list(map(_row, session.exchanges))]  # nobody replays calls in doubt
    try:
        fast, whole = orjson.dumps(rows), _dumped(tree)
    except TypeError:  # a whole number of more than 64 bits, half a character, or 254 levels
        return None
    return b"%s\n%s" % (fast, whole) if _tree_of(whole) == tree.root else None


def opened(kept: bytes, where: str, blobs: Blobs) -> Session:
    """Return the session of a snapshot; `where` names its cassette in errors."""
    fast, _, tree = kept.partition(b"\n")
    whole = _Whole(tree, where, blobs)
    if fast == b"[]":
        return whole.session
    frame, rows = orjson.loads(fast)
    exchanges = tuple([_exchange(index, row, whole) for index, row in enumerate(rows)])
    return replace(document.session(frame, where, blobs, known=True), exchanges=exchanges)


class _Whole:
    """The session as the tree tells it, parsed when something of it is asked for."""

    def __init__(self, tree: bytes, where: str, blobs: Blobs) -> None:
        self._tree, self._where, self._blobs = tree, where, blobs

    @cached_property
    def session(self) -> Session:
        """The session with all that it holds."""
        return document.session(_tree_of(self._tree), self._where, self._blobs, known=True)

    def request(self, index: int) -> bytes:
        """Return the bytes of a request; raises DamagedFile where a blob is not there."""
        return self.session.exchanges[index].call.body.data


def _row(exchange: Exchange) -> list[Any]:
    call = exchange.call
    return [
        exchange.seq,
        exchange.started_at,
        exchange.duration,
        dict(exchange.attributes),
        [call.body.media_type, call.body.sha256],
        call.site and [call.site.agent, call.site.test],
        _answer_row(exchange.outcome),
        _flat(call.headers),
        [call.kind, call.target, call.lane, call.url, dict(call.attributes), call.caused_by],
    ]


def _exchange(index: int, row: list[Any], whole: _Whole) -> Exchange:
    seq, started_at, duration, attributes, (media_type, sha256), site, answer, headers, told = row
    kind, target, lane, url, asked, caused_by = told
    body = Body.deferred(partial(whole.request, index), sha256, media_type)
    where = Site(*site) if site else None
    call = Call(kind, target, body, lane, url, _headers(headers), asked, where, caused_by)
    outcome = _outcome(*answer) if answer else whole.session.exchanges[index].outcome
    return Exchange(seq, call, outcome, started_at, duration, attributes)


def _answer_row(outcome: Outcome) -> list[Any] | None:
    """Return a row of an answer, None for one that is in a blob, is no text, or has no head."""
    if isinstance(outcome, Raised):
        return None
    try:
        text = outcome.body.data.decode() if outcome.body.at_hand else None
    except UnicodeDecodeError:
        return None
    head = outcome.head
    if text is None or head is None:
        return None
    row: list[Any] = [text, outcome.body.media_type, head.status, _flat(head.headers), head.http_version]
    if isinstance(outcome, Streamed):
        end = outcome.end
        row.append([outcome.sizes, outcome.times, [end.type, end.message] if isinstance(end, Raised) else end])
    return row


def _outcome(
    text: str, media_type: str, status: int, headers: list[str], version: str, stream: list[Any] | None = None
) -> Outcome:
    body, head = Body(text.encode(), media_type), Head(status, _headers(headers), version)
    if stream is None:
        return Returned(body, head)
    sizes, times, end = stream
    return Streamed(body, head, tuple(sizes), tuple(times), Raised(*end) if isinstance(end, list) else end)


def _flat(headers: Headers) -> list[str]:
    return [text for pair in headers for text in pair]


def _headers(flat: list[str]) -> Headers:
    texts = iter(flat)
    return tuple(zip(texts, texts, strict=True))


def _dumped(tree: Tree) -> bytes:
    """Write a tree with a hole where an alias stands, so that what it repeats is not written again."""
    for site, _ in tree.aliases:
        _put(tree.root, site, None)
    try:
        return orjson.dumps([tree.root, tree.aliases])
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
