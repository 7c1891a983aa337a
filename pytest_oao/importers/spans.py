"""Spans as whoever writes them has them: OTLP in JSON or protobuf, Phoenix, MLflow, an SDK's debug output."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record
from pytest_oao.providers.payloads import loads


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """What a span tells that happened in it, or a log record that names it."""

    name: str
    attributes: JSONObject = field(default_factory=dict)
    body: JSON = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span, its attributes decoded."""

    id: str
    where: str
    """Its place in the file, for errors."""
    trace: str = ""
    parent: str = ""
    name: str = ""
    scope: str = ""
    """The name of the instrumentation that wrote it."""
    started_at: float = 0.0
    ended_at: float = 0.0
    attributes: JSONObject = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    failed: bool = False
    status: str = ""
    """What its status says went wrong."""
    dropped: int = 0
    """How many attributes its SDK left out, since there were too many."""
    resource: JSONObject = field(default_factory=dict)
    inferred: frozenset[str] = frozenset()
    """What of its attributes other spans tell."""
    original: JSON = None

    def first(self, *names: str) -> JSON:
        """Return the first of the attributes that the span has."""
        return next((value for name in names if (value := self.attributes.get(name)) is not None), None)

    def text(self, *names: str) -> str:
        """Return the first of the attributes that is a text and not empty."""
        return next((value for name in names if isinstance(value := self.attributes.get(name), str) and value), "")

    def has(self, *prefixes: str) -> bool:
        """Whether an attribute's name begins so."""
        return any(name.startswith(prefixes) for name in self.attributes)

    def below(self, prefix: str) -> Iterator[tuple[str, JSON]]:
        """Yield the attributes whose names begin so, with the rest of their names."""
        for name, value in self.attributes.items():
            if name.startswith(prefix):
                yield name.removeprefix(prefix), value

    def json(self, *names: str) -> JSON:
        """Return an attribute that holds JSON: as a text, or as what it says."""
        return decoded(self.first(*names))

    def object(self, *names: str) -> JSONObject:
        """Return an attribute that holds a JSON object; empty where it holds none."""
        return record(self.json(*names))


def decoded(value: JSON) -> JSON:
    """Return what a text of JSON says, where that is an object or a list; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        inner = loads(value)
        return inner if isinstance(inner, dict | list) else value
    return value


def is_cut(value: JSON) -> bool:
    """Whether a text began as JSON and does not end as such: an SDK's limit cuts values where they reach it."""
    return isinstance(value, str) and value.lstrip()[:2] in ('{"', "[{", "[[", '["') and decoded(value) is value
