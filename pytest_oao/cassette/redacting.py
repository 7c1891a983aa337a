"""A redactor applied to calls, outcomes and whole sessions: the same way while recording, on import and on rewrite."""

from dataclasses import replace

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.sessions import Session


def redacted_call(call: Call, redactor: Redactor) -> Call:
    """Return the call without its secrets."""
    return replace(
        call,
        target=redactor.url(call.target),
        url=redactor.url(call.url),
        headers=redactor.headers(call.headers, "request"),
        body=redacted_body(call.body, redactor),
    )


def redacted_body(body: Body, redactor: Redactor) -> Body:
    """Return the body without its secrets; the same object when it had none."""
    data = body.data
    clean = redactor.data(data)
    return body if clean is data else Body(clean, body.media_type)


def redacted_outcome(outcome: Outcome, redactor: Redactor) -> Outcome:
    """Return the outcome without its secrets."""
    if isinstance(outcome, Raised):
        return replace(outcome, message=redactor.text(outcome.message))
    head = _head(outcome.head, redactor)
    if isinstance(outcome, Returned):
        return Returned(redacted_body(outcome.body, redactor), head)
    return _stream(replace(outcome, head=head), redactor)


def _head(head: Head | None, redactor: Redactor) -> Head | None:
    return None if head is None else replace(head, headers=redactor.headers(head.headers, "response"))


def _stream(outcome: Streamed, redactor: Redactor) -> Streamed:
    end = outcome.end
    if isinstance(end, Raised):
        end = replace(end, message=redactor.text(end.message))
    parts = list(outcome.chunks())
    clean = redactor.stream(parts)
    if clean == parts:
        return replace(outcome, end=end)
    body = Body(b"".join(clean), outcome.body.media_type)
    return replace(outcome, body=body, sizes=tuple(map(len, clean)), end=end)


def redacted_session(session: Session, redactor: Redactor) -> Session:
    """Return the session without its secrets, saying which rules were in force."""
    exchanges = tuple(
        replace(
            exchange,
            call=redacted_call(exchange.call, redactor),
            outcome=redacted_outcome(exchange.outcome, redactor),
        )
        for exchange in session.exchanges
    )
    header = replace(session.header, redaction=redactor.names)
    in_doubt = tuple(redacted_call(call, redactor) for call in session.in_doubt)
    return replace(session, header=header, exchanges=exchanges, in_doubt=in_doubt)
