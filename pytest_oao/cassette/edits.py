"""Accepts what a person changed in a cassette: only what follows from the edit is written anew."""

import re
from collections.abc import Iterator
from hashlib import sha256

from pytest_oao.cassette import document, seal
from pytest_oao.cassette.payloads import Blobs
from pytest_oao.cassette.yamlreader import Place, Tree, at, parse
from pytest_oao.errors import IncompleteFile
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Session

_LINE = re.compile(r"(\s*(?:- )*sha256: )\S+")


def accepted(data: bytes, name: str, blobs: Blobs) -> bytes | Session:
    """Return the edited file, sealed; or its session, where the text as edited cannot be kept. Raises OaoError."""
    text, has_trailer = seal.unsealed(data, name)
    tree = parse(text, name, lines=True)
    session = document.session(tree.root, name, blobs, strict=False)
    if session.ending is None and not has_trailer:
        raise IncompleteFile(
            "the file has neither `end:` nor a digest: it is cut short, not edited",
            where=name,
            remedy="Take it from version control or from where it was copied, or record again.",
        )
    for exchange in session.exchanges:
        if not isinstance(exchange.outcome, Raised):
            exchange.outcome.body.data  # noqa: B018 - raises where it cannot be made
    lines = text.decode().split("\n")
    kept = all(_amend(lines, tree, place, body) for place, body in _requests(session))
    return seal.sealed("\n".join(lines).encode()) if kept else session


def _requests(session: Session) -> Iterator[tuple[Place, Body]]:
    for index, exchange in enumerate(session.exchanges):
        yield ("exchanges", index), exchange.call.body
    for index, call in enumerate(session.in_doubt):
        yield ("in_doubt", index), call.body


def _amend(lines: list[str], tree: Tree, place: Place, body: Body) -> bool:
    """Put the sha256 of a request's body where the old one stands; say whether that could be done."""
    call = at(tree.root, place)
    form = call.get("request") if isinstance(call, dict) else None
    stated = form.get("sha256") if isinstance(form, dict) else None
    data = body.data
    digest = sha256(data).hexdigest()
    if stated == digest or (stated is None and not data):
        return True
    number = tree.lines.get(_origin(tree, (*place, "request", "sha256")))
    match = None if number is None else _LINE.fullmatch(lines[number])
    if number is None or match is None:
        return False
    lines[number] = f'{match[1]}"{digest}"'
    return True


def _origin(tree: Tree, place: Place) -> Place:
    """Return where a value really stands that is reached through aliases."""
    for site, origin in reversed(tree.aliases):
        if place[: len(site)] == site:
            place = origin + place[len(site) :]
    return place
