"""What a team knows a trace by: conversation, user, service, version, tags, and what it wrote beside."""

from collections.abc import Iterable, Sequence

from pytest_oao.importers.langchain_metadata import is_fact
from pytest_oao.importers.spans import Span, decoded
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, texts

_NAMED = {
    "conversation": (
        *("gen_ai.conversation.id", "session.id", "langfuse.session.id", "mlflow.trace.session"),
        *("langsmith.metadata.thread_id", "langsmith.metadata.session_id", "langsmith.metadata.conversation_id"),
    ),
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
    "langsmith.metadata.",
)
_OBJECTS = ("langfuse.trace.metadata", "metadata")
_TAGS = ("tag.tags", "langfuse.trace.tags", "langsmith.span.tags")
_CONVENTIONAL = frozenset(
    (
        *("android", "artifact", "aspnetcore", "aws", "az", "azure", "browser", "cassandra", "cicd", "client"),
        *("cloud", "cloudevents", "cloudfoundry", "code", "container", "cpu", "cpython", "db", "deployment"),
        *("destination", "device", "disk", "dns", "dotnet", "elasticsearch", "enduser", "error", "event"),
        *("exception", "faas", "feature_flag", "file", "gcp", "gen_ai", "geo", "go", "graphql", "hardware"),
        *("heroku", "host", "http", "hw", "ios", "jsonrpc", "jvm", "k8s", "kestrel", "linux", "log", "mainframe"),
        *("mcp", "message", "messaging", "net", "network", "nfs", "nodejs", "oci", "onc_rpc", "openai"),
        *("openshift", "opentracing", "oracle", "oracle_cloud", "os", "otel", "peer", "pool", "pprof", "process"),
        *("profile", "rpc", "security_rule", "server", "service", "session", "signalr", "source", "system"),
        *("telemetry", "test", "thread", "tls", "url", "user", "user_agent", "v8js", "vcs", "webengine", "zos"),
        *("agent", "agno", "ai", "asgi", "audio", "autogen", "braintrust", "crew", "crewai", "document"),
        *("embedding", "embeddings", "graph", "haystack", "image", "input", "langchain", "langfuse", "langgraph"),
        *("langsmith", "llama_index", "llm", "logfire", "metadata", "mlflow", "next", "openinference", "operation"),
        *("output", "prompt", "pydantic_ai", "reranker", "resource", "retrieval", "smolagents", "span", "tag"),
        *("tool", "traceloop", "vercel"),
    )
)
"""How names begin that OpenTelemetry or a library has given: all others are a team's own."""
_UNNAMED = "unknown_service"


def metadata_of(spans: Sequence[Span]) -> JSONObject:
    """Return what the spans and their resources tell of the run, by names of ours."""
    return _firsts(map(_named, spans))


def own_of(spans: Sequence[Span]) -> JSONObject:
    """Return what a team wrote of the run, by names of its own."""
    known, around = {span.id for span in spans}, {span.parent for span in spans}
    outer = [span for span in spans if span.id in around or span.parent not in known]
    return _firsts((*map(_written, spans), *map(_invented, outer)))


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
    told = [pair for prefix in _FREE for pair in span.below(prefix)]
    told += [pair for name in _OBJECTS for pair in record(span.json(name)).items()]
    return [(name, value) for name, value in told if is_fact(name)]


def _invented(span: Span) -> Iterable[tuple[str, JSON]]:
    """Return the attributes whose names no convention has."""
    for name, value in span.attributes.items():
        if "." in name and name.partition(".")[0] not in _CONVENTIONAL:
            yield name, value


def tags_of(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the tags of all spans."""
    found = (tag for span in spans for name in _TAGS for tag in _tags(span.first(name)))
    return tuple(dict.fromkeys(found))


def _tags(value: JSON) -> list[str]:
    inner = decoded(value)
    if isinstance(inner, str):
        return [tag for one in inner.split(",") if (tag := one.strip())]
    return texts(inner)
