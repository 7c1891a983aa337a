"""A redactor applied to calls, outcomes and whole sessions: the same way while recording and on import."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from pytest_oao.cassette.cleanliness import holds_no_secret
from pytest_oao.cassette.measures import nested_too_deep
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.provenance import Provenance
from pytest_oao.model.sessions import Header, Session

_FORM = "application/x-www-form-urlencoded"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ID = 89
"""Characters in an id, at most: it names a file, and all its parts are looked at for a secret."""
_DIGITS = 8
"""What tells ids apart of which not all may be said."""


def redacted_header(header: Header, redactor: Redactor) -> Header:
    """Return the header without its secrets, saying which rules were in force."""
    source = redactor.text(header.origin.source)
    named = _safe(header.id)
    # a secret is looked for in the id as its source told it: that is not known any more in what a file may be called
    if source != header.origin.source or redactor.text(header.id) != header.id or _tells_a_secret(named, redactor):
        named = _numbered("", header.id)
    return replace(
        header,
        id=named,
        test=redactor.text(header.test),
        origin=replace(header.origin, source=source, original=redacted_body(header.origin.original, redactor)),
        metadata=redacted_metadata(json.dumps(_mapping(header.metadata, redactor)).encode(), redactor),
        redaction=redactor.names,
    )


def _safe(name: str) -> str:
    """Return an id as a file may be called: itself where it can be, and else no other's."""
    readable = _UNSAFE.sub("-", name).strip("-.")
    return name if readable == name and len(name) <= _LONGEST_ID else _numbered(readable, name)


def _numbered(readable: str, name: str) -> str:
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{readable[: _LONGEST_ID - _DIGITS - 1].strip('-.') or 'imported'}-{digest}"


def _tells_a_secret(name: str, redactor: Redactor) -> bool:
    """Whether a secret stands in an id, be it behind a dash that took the place of what no file's name can have."""
    words = [name[at:] for at in range(len(name)) if at == 0 or name[at - 1] == "-"]
    return any(redactor.text(word) != word for word in words)


def _provenance(provenance: Provenance, redactor: Redactor) -> Provenance:
    return replace(provenance, source_id=redactor.text(provenance.source_id))


def _mapping(mapping: Mapping[str, JSON], redactor: Redactor) -> dict[str, JSON]:
    return {redactor.text(key): redacted_value(value, redactor) for key, value in mapping.items()}


def redacted_metadata(metadata: bytes, redactor: Redactor) -> JSONObject:
    """Return metadata, which are JSON, without their secrets, which the names of fields may tell."""
    clean: JSONObject = json.loads(redactor.data(metadata))
    return clean


def redacted_value(value: JSON, redactor: Redactor) -> JSON:
    """Return plain data without its secrets."""
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, Mapping):
        return _mapping(value, redactor)
    return [redacted_value(item, redactor) for item in value] if isinstance(value, list) else value


def redacted_call(call: Call, redactor: Redactor, site: Site | None = None) -> Call:
    """Return the call without its secrets, and made at `site` where that is known by now."""
    return Call(
        kind=call.kind,
        target=redactor.url(call.target),
        body=redacted_body(call.body, redactor),
        lane=call.lane,
        url=redactor.url(call.url),
        headers=redactor.headers(call.headers, "request"),
        attributes=_mapping(call.attributes, redactor),
        site=site or call.site,
        caused_by=call.caused_by,
        parent=call.parent,
    )


def redacted_body(body: Body, redactor: Redactor) -> Body:
    """Return the body without its secrets; the same object when it had none."""
    data = body.data
    clean = redactor.form(data) if body.media_type.lower().startswith(_FORM) else redactor.data(data)
    media_type = redactor.text(body.media_type)
    return body if clean is data and media_type == body.media_type else Body(clean, media_type)


def redacted_outcome(outcome: Outcome, redactor: Redactor) -> Outcome:
    """Return the outcome without its secrets."""
    if isinstance(outcome, Raised):
        return _raised(outcome, redactor)
    head = _head(outcome.head, redactor)
    if isinstance(outcome, Returned):
        return Returned(redacted_body(outcome.body, redactor), head)
    return _stream(replace(outcome, head=head), redactor)


def _raised(raised: Raised, redactor: Redactor) -> Raised:
    return Raised(raised.type, redactor.text(raised.message), _detail(raised.detail, redactor))


def _detail(detail: JSON, redactor: Redactor) -> JSON:
    """Return the state of an exception without its secrets, which the names of its fields may tell."""
    if detail is None:
        return None
    clean: JSON = json.loads(redactor.data(json.dumps(detail).encode()))
    return clean


def _head(head: Head | None, redactor: Redactor) -> Head | None:
    return head and Head(head.status, redactor.headers(head.headers, "response"), head.http_version)


def _stream(outcome: Streamed, redactor: Redactor) -> Streamed:
    end = outcome.end
    if isinstance(end, Raised):
        end = _raised(end, redactor)
    parts = list(outcome.chunks())
    clean = redactor.stream(parts)
    media_type = redactor.text(outcome.body.media_type)
    if clean == parts and media_type == outcome.body.media_type:
        return replace(outcome, end=end)
    body = Body(b"".join(clean), media_type)
    return replace(outcome, body=body, sizes=tuple(map(len, clean)), end=end)


def redacted_exchange(exchange: Exchange, redactor: Redactor) -> Exchange:
    """Return the exchange without its secrets."""
    return replace(
        exchange,
        call=redacted_call(exchange.call, redactor),
        outcome=redacted_outcome(exchange.outcome, redactor),
        attributes=_mapping(exchange.attributes, redactor),
        provenance=exchange.provenance and _provenance(exchange.provenance, redactor),
    )


def redacted_session(session: Session, redactor: Redactor) -> Session:
    """Return the session without its secrets, saying which rules were in force; raises StoreFailed."""
    try:
        return _redacted(session, redactor)
    except RecursionError as error:
        raise nested_too_deep() from error


def _redacted(session: Session, redactor: Redactor) -> Session:
    if holds_no_secret(session, redactor):
        ending = session.ending and replace(session.ending, message=redactor.text(session.ending.message))
        return replace(session, header=redacted_header(session.header, redactor), ending=ending)
    exchanges = tuple(redacted_exchange(exchange, redactor) for exchange in session.exchanges)
    header = redacted_header(session.header, redactor)
    in_doubt = tuple(redacted_call(call, redactor) for call in session.in_doubt)
    ending = session.ending and replace(session.ending, message=redactor.text(session.ending.message))
    return Session(header, exchanges, ending, in_doubt)
