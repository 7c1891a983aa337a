"""What a program says of the sessions that it records: values, or functions of what each session is of."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pytest_oao.cassette.limits import METADATA_DEPTH
from pytest_oao.cassette.measures import too_deep
from pytest_oao.errors import BadOption
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.run_metadata import AGENT_VERSION, TAGS, TASK, with_own

Tags: TypeAlias = Sequence[str] | Callable[..., Sequence[str] | None]
Metadata: TypeAlias = Mapping[str, JSON] | Callable[..., Mapping[str, JSON] | None]
_WHERE = "pytest_oao.record"


@dataclass(frozen=True, slots=True)
class Labels:
    """What is said of one session."""

    task: JSON = None
    tags: tuple[str, ...] = ()
    own: Mapping[str, JSON] = field(default_factory=dict)
    """By the program's own names."""

    def metadata(self, agent_version: str) -> JSONObject:
        """Return it as a header tells it."""
        tags: list[JSON] = [*self.tags]
        told: JSONObject = {TASK: self.task, AGENT_VERSION: agent_version or None, TAGS: tags or None}
        return with_own({name: value for name, value in told.items() if value is not None}, self.own)


@dataclass(frozen=True, slots=True)
class Labelling:
    """What says them of every session; a function is called with what a session is of."""

    task: JSON | Callable[..., JSON] = None
    tags: Tags = ()
    metadata: Metadata = field(default_factory=dict)

    def require_sound(self) -> None:
        """Raise BadOption where something is known already, and cannot be."""
        for told, checked in ((self.task, _task), (self.tags, _tags), (self.metadata, _own)):
            if not callable(told):
                checked(told)

    def of(self, given: Sequence[Any], named: Mapping[str, Any]) -> Labels:
        """Return what is said of a session; raises what a function of the program's raises, and BadOption."""
        task, tags, own = (
            told(*given, **named) if callable(told) else told for told in (self.task, self.tags, self.metadata)
        )
        return Labels(_task(task), _tags(tags), _own(own))


def _task(told: object) -> JSON:
    task = _json("task", told)
    _require_flat("task", {TASK: task})
    return task


def _tags(told: object) -> tuple[str, ...]:
    listed = () if told is None else told
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in listed):
        raise BadOption(f"tags={told!r} is no list of texts", where=_WHERE, remedy="give tags=['eu', 'beta']")
    return tuple(sorted(listed) if isinstance(listed, set | frozenset) else listed)


def _own(told: object) -> JSONObject:
    if not isinstance(told, Mapping | None):
        raise BadOption(f"metadata={told!r} is no dict", where=_WHERE, remedy="give metadata={'user': 'u1'}")
    own = _json("metadata", dict(told or {}))
    assert isinstance(own, dict)  # as it was given
    _require_flat("metadata", with_own({}, own))
    return own


def _require_flat(name: str, metadata: JSONObject) -> None:
    """Raise BadOption for what no cassette could be made of."""
    deep = too_deep(metadata)
    if deep is not None:
        what = f"the {name} is nested deeper than {METADATA_DEPTH} levels, in `{deep}`"
        raise BadOption(what, where=_WHERE, remedy="pass it as text, or leave it out")


def _json(name: str, told: object) -> JSON:
    """Return a copy, as JSON has it; raises BadOption."""
    try:
        copy: JSON = json.loads(json.dumps(told, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadOption(f"the {name} is no JSON: {error}", where=_WHERE, remedy="pass plain data") from error
    return copy
