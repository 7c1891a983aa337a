"""Attempts that an SDK made within one call: the spans of HTTP below that of the call tell how each of them ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.spans import Span
from pytest_oao.importers.views import asks_a_model
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.outcomes import FIRST_ERROR
from pytest_oao.model.provenance import ATTEMPT
from pytest_oao.providers.fields import count

_METHOD = ("http.request.method", "http.method")
_STATUS = ("http.response.status_code", "http.status_code")


def with_attempts(calls: Iterable[ObservedCall], spans: Sequence[Span]) -> Iterator[ObservedCall]:
    """Yield the calls, before each the attempts that failed before the one that its span tells of."""
    below: dict[str, list[Span]] = {}
    for span in spans:
        if span.first(*_METHOD) is not None and count(span.first(*_STATUS)) is not None:
            below.setdefault(span.parent, []).append(span)
    for one in calls:
        tried = sorted(below.get(one.id, []), key=lambda span: span.started_at) if asks_a_model(one) else []
        failed = [span for span in tried[:-1] if (count(span.first(*_STATUS)) or 0) >= FIRST_ERROR]
        yield from (_attempt(one, span) for span in failed)
        yield replace(one, started_at=tried[-1].started_at or one.started_at) if failed else one


def _attempt(one: ObservedCall, span: Span) -> ObservedCall:
    """Return a failed attempt: asked as the call was, answered with a status and nothing that is known of it."""
    status = count(span.first(*_STATUS)) or 0
    return replace(
        one,
        id=span.id,
        where=span.where,
        came=ModelFailure(status, retried=True),
        started_at=span.started_at,
        ended_at=span.ended_at,
        inferred=one.inferred | {ATTEMPT},
        original=None,
    )
