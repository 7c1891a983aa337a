"""By which names metadata tell what records know of every run, and how a team's own stands beside."""

from collections.abc import Mapping

from pytest_oao.model.jsontypes import JSON, JSONObject

TASK, AGENT_VERSION, TAGS, INPUT, OUTPUT, SEED = "task", "agent_version", "tags", "input", "output", "seed"
_APART = "metadata"
_OURS = frozenset({TASK, AGENT_VERSION, TAGS, INPUT, OUTPUT, SEED, _APART})


def with_own(known: Mapping[str, JSON], own: Mapping[str, JSON]) -> JSONObject:
    """Return what is known of a run, and a team's own by its own names.

    A name that is ours, or that is known with another value, stands apart, below `metadata`.
    """
    apart: JSONObject = {
        name: value for name, value in own.items() if name in _OURS or (name in known and known[name] != value)
    }
    free = {name: value for name, value in own.items() if name not in known and name not in apart}
    return {**known, **free, **({_APART: apart} if apart else {})}


def tags_of(metadata: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the tags of a run."""
    tags = metadata.get(TAGS)
    return tuple(map(str, tags)) if isinstance(tags, list) else ()
