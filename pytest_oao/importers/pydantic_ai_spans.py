"""pydantic-ai's spans: what a failed call was asked stands in the span of the agent's run alone."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.importers.genai_requests import INPUT, SYSTEM
from pytest_oao.importers.spans import Span
from pytest_oao.model.provenance import MESSAGES

_HISTORY = ("pydantic_ai.all_messages", "all_messages_events")


def with_histories(spans: Sequence[Span]) -> list[Span]:
    """Return the spans, those of failed calls with the messages that the run had come to: it ended there."""
    runs = {span.id: span for span in spans if span.has(*_HISTORY)}
    return [_asked(span, runs.get(span.parent)) for span in spans] if runs else list(spans)


def _asked(span: Span, run: Span | None) -> Span:
    if run is None or not span.failed or not run.failed or span.first(INPUT) is not None or not _is_call(span):
        return span
    told = {name: value for name, value in ((INPUT, run.first(_HISTORY[0])), (SYSTEM, run.first(SYSTEM))) if value}
    return replace(span, attributes={**told, **span.attributes}, inferred=frozenset({MESSAGES}))


def _is_call(span: Span) -> bool:
    return span.text("gen_ai.operation.name") == "chat"
