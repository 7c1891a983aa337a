"""Log records that name a span, put to it: as events, or, where they tell the call's details, as its attributes."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.importers.spans import Span, SpanEvent

_DETAILS = "gen_ai.client.inference.operation.details"


def with_events(span: Span, events: Sequence[SpanEvent]) -> Span:
    """Return a span that tells what its log records and its own events do."""
    told = span.attributes
    for event in (*span.events, *events):
        if event.name == _DETAILS:
            told = {**event.attributes, **told}
    return (
        replace(span, attributes=told, events=(*span.events, *events))
        if events or told is not span.attributes
        else span
    )
