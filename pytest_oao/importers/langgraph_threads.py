"""Threads in a database of LangGraph's checkpoints: what each superstep began with, and what its tasks wrote."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pytest_oao.errors import UnreadableFile
from pytest_oao.importers.foreign import REMEDY
from pytest_oao.importers.langgraph_values import value_of
from pytest_oao.importers.moments import moment
from pytest_oao.importers.sqlite_tables import Tables
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_CHECKPOINTS = ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "checkpoint", "metadata")
_WRITES = ("thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", "channel", "type", "value")
START = "__start__"
"""The channel of what a graph is given, and the node that takes it."""
_PATH = "task_path"
"""A column that early versions have not."""


@dataclass(frozen=True, slots=True)
class Write:
    """What a task wrote to a channel."""

    task: str
    path: str
    """`~__pregel_pull, model`: the node; empty where it is not kept."""
    number: int
    channel: str
    value: JSON
    where: str


@dataclass(slots=True)
class Checkpoint:
    """The state that a superstep began with, and what its tasks wrote."""

    namespace: str
    id: str
    parent: str
    where: str
    state: JSONObject
    metadata: JSONObject
    writes: list[Write] = field(default_factory=list)

    @property
    def moment(self) -> float:
        """When it was kept."""
        return moment(self.state.get("ts"))

    @property
    def channels(self) -> JSONObject:
        """The values of its channels."""
        return record(self.state.get("channel_values"))

    @property
    def source(self) -> str:
        """Why it was kept: `input`, `loop`, `update`, `fork`."""
        return text(self.metadata.get("source"))


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation."""

    id: str
    where: str
    chains: Mapping[str, Sequence[Checkpoint]]
    """By namespace, from the first on: those that the latest one followed from; what was gone back on is left out."""


def threads_in(tables: Tables, source: str) -> Iterator[Thread]:
    """Yield each thread of the database; raises OaoError."""
    columns = tables.columns("checkpoints")
    if missing := set(_CHECKPOINTS) - set(columns):
        what = f"the table of checkpoints has no column {min(missing)!r}"
        raise UnreadableFile(what, where=source, remedy=REMEDY)
    writes = groupby(_writes(tables, source), key=lambda pair: pair[0][0])
    waiting = next(writes, None)
    rows = tables.rows("checkpoints", _CHECKPOINTS, "thread_id, checkpoint_ns, checkpoint_id")
    for name, group in groupby(rows, key=lambda row: _text(row[0])):
        where = f"{source}: thread {name}"
        known = {(one.namespace, one.id): one for one in (_checkpoint(row, where) for row in group)}
        while waiting is not None and waiting[0] < name:
            waiting = next(writes, None)
        if waiting is not None and waiting[0] == name:
            for (_, namespace, checkpoint), write in waiting[1]:
                if (namespace, checkpoint) in known:
                    known[namespace, checkpoint].writes.append(write)
            waiting = next(writes, None)
        yield Thread(name, where, _chains(known))


def _writes(tables: Tables, source: str) -> Iterator[tuple[tuple[str, str, str], Write]]:
    """Yield each write with its thread, namespace and checkpoint."""
    known = tables.columns("writes")
    if not set(_WRITES) <= set(known):
        return
    paths = [_PATH] if _PATH in known else []
    order = ", ".join(["thread_id", "checkpoint_ns", "checkpoint_id", *paths, "task_id", "idx"])
    for row in tables.rows("writes", [*_WRITES, *paths], order):
        thread, namespace, checkpoint, task, _, channel = (_text(item) for item in row[:6])
        where = f"{source}: thread {thread}: {channel} of {checkpoint}"
        value = value_of(_text(row[6]), _bytes(row[7]), where)
        number = row[4] if isinstance(row[4], int) else 0
        path = _text(row[8]) if paths else ""
        yield (thread, namespace, checkpoint), Write(task, path, number, channel, value, where)


def _checkpoint(row: Sequence[object], thread: str) -> Checkpoint:
    where = f"{thread}: checkpoint {_text(row[2])}"
    state = record(value_of(_text(row[4]), _bytes(row[5]), where))
    metadata = record(_metadata(row[6], where))
    return Checkpoint(_text(row[1]), _text(row[2]), _text(row[3]), where, state, metadata)


def _metadata(stored: object, where: str) -> JSON:
    """Return what is kept of a checkpoint besides: JSON, in early versions MessagePack."""
    data = _bytes(stored)
    return value_of("json" if data.lstrip()[:1] in (b"{", b"n") else "msgpack", data, where)


def _chains(known: Mapping[tuple[str, str], Checkpoint]) -> dict[str, list[Checkpoint]]:
    latest: dict[str, Checkpoint] = {}
    for (namespace, _), one in known.items():
        if namespace not in latest or latest[namespace].id < one.id:
            latest[namespace] = one
    return {namespace: _chain(one, known) for namespace, one in latest.items()}


def _chain(last: Checkpoint, known: Mapping[tuple[str, str], Checkpoint]) -> list[Checkpoint]:
    found: list[Checkpoint] = []
    passed: set[str] = set()
    one: Checkpoint | None = last
    while one is not None and one.id not in passed:
        passed.add(one.id)
        found.append(one)
        one = known.get((one.namespace, one.parent))
    return found[::-1]


def _text(value: object) -> str:
    return value if isinstance(value, str) else _bytes(value).decode("utf-8", "replace")


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode("utf-8", "replace")
