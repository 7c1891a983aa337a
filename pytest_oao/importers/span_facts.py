"""What a team knows a trace by: conversation, user, service, version, tags, and what it wrote beside."""

from collections.abc import Iterable, Sequence

from pytest_oao.importers.spans import Span, decoded
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record

_NAMED = {
    "conversation": ("gen_ai.conversation.id", "session.id", "langfuse.session.id", "mlflow.trace.session"),
    "user": ("user.id", "enduser.id", "langfuse.user.id", "mlflow.trace.user"),
    "version": ("langfuse.release", "langfuse.version", "service.version"),
    "environment": ("langfuse.environment", "deployment.environment.name", "deployment.environment"),
    "service": ("service.name",),
}
_FREE = (
    "traceloop.association.properties.",
    "ai.telemetry.metadata.",
    "langfuse.trace.metadata.",
    "ai.settings.context.",
)
_OBJECTS = ("langfuse.trace.metadata", "metadata")
_TAGS = ("tag.tags", "langfuse.trace.tags")
_UNNAMED = "unknown_service"


def metadata_of(spans: Sequence[Span]) -> JSONObject:
    """Return what the spans and their resources tell of the run, by names of ours."""
    return _firsts(map(_named, spans))


def own_of(spans: Sequence[Span]) -> JSONObject:
    """Return what a team wrote of the run, by names of its own."""
    return _firsts(map(_written, spans))


def _firsts(told: Iterable[Iterable[tuple[str, JSON]]]) -> JSONObject:
    """Return what is told, of two values the first."""
    found: JSONObject = {}
    for name, value in (pair for of_span in told for pair in of_span):
        if value not in (None, "", {}, []):
            found.setdefault(name, value)
    return found


def _named(span: Span) -> Iterable[tuple[str, JSON]]:
    for name, attributes in _NAMED.items():
        value = span.first(*attributes)
        value = (
            next((span.resource[key] for key in attributes if key in span.resource), None) if value is None else value
        )
        if not str(value).startswith(_UNNAMED):
            yield name, value


def _written(span: Span) -> Iterable[tuple[str, JSON]]:
    for prefix in _FREE:
        yield from span.below(prefix)
    for name in _OBJECTS:
        yield from record(span.json(name)).items()


def tags_of(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the tags of all spans."""
    found = (tag for span in spans for name in _TAGS for tag in _tags(span.first(name)))
    return tuple(dict.fromkeys(found))


def _tags(value: JSON) -> list[str]:
    inner = decoded(value)
    return [tag for tag in inner if isinstance(tag, str)] if isinstance(inner, list) else []
