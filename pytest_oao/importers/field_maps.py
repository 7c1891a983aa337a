"""Where a log of requests and answers keeps what: `request=payload.req,response=payload.res,session=meta.sid`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from pytest_oao.errors import BadOption
from pytest_oao.model.suggestions import meant

_SESSIONS = ("session_id", "sessionId", "conversation_id", "conversationId", "thread_id", "threadId", "chat_id")
_RUNS = ("run_id", "runId", "trace_id", "traceId")
_AROUND = ("", "metadata.", "meta.", "context.", "request.metadata.", "request_body.metadata.")
_SHOWN = 60
_SOME = 12
"""So many fields of a record are named where one that is asked for is not there."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The paths of each field: keys joined by dots, or one key that has dots; the first that a record has counts."""

    request: tuple[str, ...] = ("request", "request_body", "req", "kwargs", "input")
    """What a model was asked: the body as JSON or as text, or an object with `url`, `headers` and `body`."""
    response: tuple[str, ...] = ("response", "response_body", "res", "resp", "output")
    """What came back: JSON, text, server-sent events or a list of them, or an object with `status` and `body`."""
    session: tuple[str, ...] = tuple(around + name for name in (*_SESSIONS, *_RUNS) for around in _AROUND)
    """The run that a call belongs to; where it is not told, a request that continues another belongs to its run."""
    conversation: tuple[str, ...] = tuple(around + name for name in _SESSIONS for around in _AROUND)
    id: tuple[str, ...] = ("id", "request_id", "requestId", "call_id", "uuid")
    started_at: tuple[str, ...] = (
        *("started_at", "start_time", "startTime", "timestamp", "ts", "created_at", "createdAt", "time", "date"),
        *("request_timestamp", "requested_at", "@timestamp"),
    )
    ended_at: tuple[str, ...] = ("ended_at", "end_time", "endTime", "completed_at", "finished_at", "responded_at")
    duration: tuple[str, ...] = ("duration", "duration_s", "latency_s", "elapsed")
    """In seconds."""
    duration_ms: tuple[str, ...] = ("duration_ms", "latency_ms", "elapsed_ms", "response_time_ms", "delay_ms")
    status: tuple[str, ...] = ("status_code", "statusCode", "http_status", "response_status", "status")
    """The HTTP status; words say nothing here."""
    url: tuple[str, ...] = ("url", "endpoint", "path", "request_url", "request_path", "target_url")
    model: tuple[str, ...] = ("model", "model_name")
    """Of an API that does not name it in the body."""
    error: tuple[str, ...] = ("error", "error_message", "exception")
    agent: tuple[str, ...] = ("agent", "agent_name", "metadata.agent_name")
    user: tuple[str, ...] = ("user_id", "userId", "user", "metadata.user_id")
    tags: tuple[str, ...] = ("tags", "metadata.tags")
    metadata: tuple[str, ...] = ("metadata",)
    """What else is known of the run: an object with its names, or a value that is known by the last key of its path."""
    cost: tuple[str, ...] = ("cost_usd", "cost")
    """In US dollars."""

    def value(self, name: str, record: Mapping[str, object]) -> object:
        """Return a field of a record; None where it has none."""
        paths = _compiled(getattr(self, name))
        for first, path, keys in () if paths.begin.isdisjoint(record) else paths.all:
            if first in record and (found := _below(record, keys)) is not None:
                return found
            if path in record and record[path] is not None:
                return record[path]
        return None

    def text(self, name: str, record: Mapping[str, object]) -> str:
        """Return a field as text: a number as it is written, nothing where it is neither."""
        value = self.value(name, record)
        return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""

    def all(self, name: str, record: Mapping[str, object]) -> dict[str, object]:
        """Return what a record has at any of a field's paths: objects by their keys, other values by their last one."""
        found: dict[str, object] = {}
        for path in getattr(self, name):
            keys = path.split(".")
            value = record[path] if record.get(path) is not None else _below(record, keys)
            told = value if isinstance(value, Mapping) else {keys[-1]: value}
            found |= {str(key): one for key, one in told.items() if str(key) not in found}
        return found

    def place(self, name: str, record: Mapping[str, object]) -> tuple[str, ...]:
        """Return the keys that lead to a field of a record; none where it has none."""
        for first, path, keys in _compiled(getattr(self, name)).all:
            if first in record and _below(record, keys) is not None:
                return keys
            if path in record and record[path] is not None:
                return (path,)
        return ()

    def beside(self, name: str, record: Mapping[str, object]) -> list[str]:
        """Return some of the paths that a record has where it lacks a field: as far as one of its paths leads.

        After those, some of its keys: the whole path may be wrong.
        """
        deepest: tuple[Mapping[str, object], tuple[str, ...]] = (record, ())
        for _, _, keys in _compiled(getattr(self, name)).all:
            for length in range(len(deepest[1]) + 1, len(keys)):
                if isinstance(below := _below(record, keys[:length]), Mapping) and below:
                    deepest = below, keys[:length]
        there, before = deepest
        others = [key for key in record if key not in before[:1]] if before else []
        near = [".".join((*before, str(key)[:_SHOWN])) for key in list(there)[:_SOME]]
        return near + [str(key)[:_SHOWN] for key in others[:_SOME]]


@dataclass(frozen=True, slots=True)
class _Paths:
    """The paths of a field, each as its first key, as it stands, and as all of its keys."""

    all: Sequence[tuple[str, str, tuple[str, ...]]]
    begin: frozenset[str]
    """Keys of which a record has one, if it has the field."""


@lru_cache(maxsize=256)
def _compiled(paths: tuple[str, ...]) -> _Paths:
    parts = [(path.partition(".")[0], path, tuple(path.split("."))) for path in paths]
    return _Paths(parts, frozenset((*paths, *(first for first, _, _ in parts))))


def _below(record: Mapping[str, object], keys: tuple[str, ...]) -> object:
    value: object = record
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


FIELDS = tuple(one.name for one in fields(FieldMap))
_NAMED = ", ".join(FIELDS)


def field_map(text: str) -> FieldMap:
    """Return the map that an option says: `request=payload.req,session=meta.sid`; raises BadOption.

    What it does not name is looked for under its usual names.
    """
    told: dict[str, tuple[str, ...]] = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        name, equals, path = (part.strip() for part in pair.partition("="))
        if not equals or not path or not all(path.split(".")):
            what = f"{pair[:_SHOWN]!r} is no `field=path`"
            raise BadOption(what, where="--map", remedy=f"Write request=payload.req; fields: {_NAMED}.")
        if name not in FIELDS:
            what = f"there is no field {name[:_SHOWN]!r}{meant(name, FIELDS)}"
            raise BadOption(what, where="--map", remedy=f"Write request=payload.req; fields: {_NAMED}.")
        told[name] = (*told.get(name, ()), path)
    if not told:
        raise BadOption("it names no field", where="--map", remedy="Write request=payload.req,response=payload.res.")
    return FieldMap(**told)
