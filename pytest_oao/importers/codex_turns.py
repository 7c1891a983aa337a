"""The lines of a Codex rollout in order: what was said to the model, and the runs of items that are its answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.moments import moment
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

_ASKED = ("user", "developer", "system")
_NOT_SENT = ("ghost_snapshot", "other")
_USAGE = ("token_count", "token_usage_record")


@dataclass(slots=True)
class Step:
    """One thing that a rollout tells."""

    kind: str
    """`said`, `ran`, `answered`, `compacted`, `context`."""
    lines: list[Part]
    at: float
    usage: JSONObject = field(default_factory=dict)
    """Of an answer, where it is told."""

    @property
    def items(self) -> list[JSONObject]:
        """What the lines hold."""
        return [record(record(line.json()).get("payload")) for line in self.lines]

    def moment(self, place: int) -> float:
        """When one of the lines was written."""
        return _at(self.lines[place])


def steps_of(lines: Iterable[Part]) -> list[Step]:
    """Return the steps: an answer is what the model made up to the next count of tokens, or to what is none of its."""
    steps: list[Step] = []
    going_on = False
    for line in lines:
        kind = _kind(line)
        if kind == "usage":
            _count(steps, line)
        elif kind == "answered" and going_on:
            steps[-1].lines.append(line)
            steps[-1].at = _at(line)
        elif kind:
            steps.append(Step(kind, [line], _at(line)))
        going_on = kind == "answered" or (going_on and not kind)
    return steps


def prompts_of(lines: Iterable[Part]) -> Iterator[str]:
    """Yield what the user asked."""
    for line in lines:
        told = record(line.json())
        payload = record(told.get("payload"))
        if told.get("type") == "event_msg" and payload.get("type") == "user_message":
            yield text(payload.get("message"))


def _at(line: Part) -> float:
    return moment(record(line.json()).get("timestamp"))


def _kind(line: Part) -> str:
    """Return what a line is, empty for what changes nothing: events for the screen, the state of the world, …."""
    told = record(line.json())
    payload = record(told.get("payload"))
    match told.get("type"):
        case "session_meta" | "turn_context":
            return "context"
        case "compacted":
            return "compacted"
        case "token_usage_record":
            return "usage"
        case "event_msg":
            return "usage" if payload.get("type") in _USAGE else ""
        case "response_item":
            return "" if _is_synthetic(told) else _side(payload)
    return ""


def _is_synthetic(told: JSONObject) -> bool:
    """Whether an item was never the model's, but stands for one on the screen."""
    return bool(record(told.get("metadata")).get("delivered_assistant_message"))


def _side(payload: JSONObject) -> str:
    kind = text(payload.get("type"))
    if kind in _NOT_SENT:
        return ""
    if kind.endswith("_output"):
        return "ran"
    return "said" if payload.get("role") in _ASKED else "answered"


def _count(steps: list[Step], line: Part) -> None:
    """Give the last answer its usage, unless it has one: counts are told again when limits change."""
    payload = record(record(line.json()).get("payload"))
    found = record(record(payload.get("info")).get("last_token_usage")) or record(payload.get("usage"))
    answers = [step for step in steps if step.kind == "answered"]
    if answers and found and not answers[-1].usage:
        answers[-1].usage = _native(found)


def _native(told: JSONObject) -> JSONObject:
    """Return the usage as the API has it."""
    cached: JSON = {"cached_tokens": told.get("cached_input_tokens")}
    reasoned: JSON = {"reasoning_tokens": told.get("reasoning_output_tokens")}
    names = ("input_tokens", "output_tokens", "total_tokens")
    counts: JSONObject = {name: told.get(name) for name in names}
    return counts | {"input_tokens_details": cached, "output_tokens_details": reasoned}
