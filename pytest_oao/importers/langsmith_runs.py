"""LangSmith's runs in the spellings of its two APIs, of its exports and of its ingest → one."""

from collections.abc import Iterable, Sequence

from pytest_oao.importers.foreign import Part
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import unwrapped

_OBJECTS = ("inputs", "outputs", "extra", "metadata", "events", "serialized", "tags", "parent_run_ids")
_BATCH = ("post", "patch")
_EMPTY: tuple[JSON, ...] = (None, {}, [], "")
_THREADS = ("thread_id", "session_id", "conversation_id")


def is_batch(part: Part) -> bool:
    """Whether a record is what an SDK sends: runs that began, and runs that ended."""
    return isinstance(part.value, dict) and bool(part.value) and part.value.keys() <= {*_BATCH}


def of_batch(part: Part) -> list[Part]:
    """Return the runs of a batch, begun and ended."""
    return [one for name in _BATCH for one in part[name].items()]


def trace_of(part: Part) -> str:
    """Return the id of a run's trace."""
    if "trace_id" in part:
        return part["trace_id"].text()
    return _ids(part["dotted_order"].text(""))[0] or part["id"].text("")


def merged(parts: Sequence[Part]) -> list[tuple[Part, JSONObject]]:
    """Return the runs, each as one record: it may have been sent when it began, and again when it ended."""
    runs: dict[str, tuple[Part, JSONObject]] = {}
    for part in parts:
        told = _run(part)
        name = text(told.get("id"))
        first, known = runs.get(name, (part, {}))
        if known:
            first = Part({**record(first.json()), **record(part.json())}, first.where)
        runs[name] = first, known | {key: item for key, item in told.items() if key not in known or item not in _EMPTY}
    return list(runs.values())


def _run(part: Part) -> JSONObject:
    told: JSONObject = {key: item.json() for key, item in part.fields()}
    for name in _OBJECTS:
        if isinstance(told.get(name), str):
            told[name] = unwrapped(told[name])
    last = _ids(text(told.get("dotted_order")))[-1]
    told["id"] = part["id"].text(last) or part["id"].text()
    told["run_type"] = text(told.get("run_type")).lower()
    told["status"] = text(told.get("status")).lower()
    return told


def _ids(dotted_order: str) -> list[str]:
    """Return the ids of a run's ancestors and its own: `<time>Z<id>.<time>Z<id>`."""
    return [segment.partition("Z")[2] for segment in dotted_order.split(".")]


def parent_of(told: JSONObject) -> str:
    """Return the id of the run around a run."""
    above = told.get("parent_run_ids")
    last = above[-1] if isinstance(above, list) and above else ""
    ids = _ids(text(told.get("dotted_order")))
    return text(told.get("parent_run_id")) or text(last) or (ids[-2] if len(ids) > 1 else "")


def metadata_of(told: JSONObject) -> JSONObject:
    """Return a run's metadata, which the first API keeps in `extra`."""
    return {**record(record(told.get("extra")).get("metadata")), **record(told.get("metadata"))}


def settings_of(told: JSONObject) -> JSONObject:
    """Return the parameters of the call, as LangChain knows them."""
    extra = record(told.get("extra"))
    return record(extra.get("invocation_params")) or record(metadata_of(told).get("ls_invocation_params"))


def thread_of(told: JSONObject) -> JSON:
    """Return which conversation a run belongs to."""
    metadata = metadata_of(told)
    return told.get("thread_id") or next((metadata[name] for name in _THREADS if metadata.get(name)), None)


def lone(value: JSON, names: Iterable[str]) -> JSON:
    """Return the one value of an object that holds nothing but it under one of the names."""
    told = record(value)
    return next((told[name] for name in names if told.keys() == {name}), value)
