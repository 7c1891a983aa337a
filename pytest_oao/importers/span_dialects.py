"""Which dialect a span speaks, told by its attributes: each of them tells calls and scopes in its own way."""

from collections.abc import Callable

from pytest_oao.importers import ai_sdk_spans, genai_spans, langfuse_spans, mlflow_spans, openinference_spans
from pytest_oao.importers.observations import Observation
from pytest_oao.importers.span_calls import Silent, scope
from pytest_oao.importers.spans import Span

_DIALECTS: tuple[tuple[tuple[str, ...], Callable[[Span], Observation | Silent]], ...] = (
    (("openinference.span.kind",), openinference_spans.observed),
    (("langfuse.observation.",), langfuse_spans.observed),
    (("mlflow.spanType",), mlflow_spans.observed),
    (("ai.operationId",), ai_sdk_spans.observed),
    (("gen_ai.", "traceloop.", "llm."), genai_spans.observed),
)
"""In the order in which they are asked: who writes several kinds of attributes has the most in the first of them."""


def observed(span: Span) -> Observation | Silent:
    """Return what a span tells; one of no dialect is a scope."""
    for prefixes, read in _DIALECTS:
        if span.has(*prefixes):
            return read(span)
    return scope(span)


def is_of_agents(span: Span) -> bool:
    """Whether a span speaks any of the dialects."""
    return any(span.has(*prefixes) for prefixes, _ in _DIALECTS)
