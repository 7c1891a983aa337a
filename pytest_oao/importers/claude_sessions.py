"""The lines of Claude Code's files: which belong to one session, and which of them led to where it ended."""

from collections.abc import Iterable, Mapping, Sequence

from pytest_oao.importers.foreign import Part
from pytest_oao.providers.fields import record, records, text

_SAID = ("user", "assistant")


def sessions_among(lines: Iterable[Part]) -> Mapping[str, list[Part]]:
    """Return the lines of each session by its id: one that was resumed goes on with the lines of another."""
    told = [line for line in lines if text_of(line, "sessionId")]
    homes = {text_of(line, "uuid"): text_of(line, "sessionId") for line in told}
    merged: dict[str, str] = {}
    for line in told:
        own, before = text_of(line, "sessionId"), homes.get(text_of(line, "parentUuid"), "")
        if before and _last(before, merged) != _last(own, merged):
            merged[_last(before, merged)] = _last(own, merged)
    found: dict[str, list[Part]] = {}
    for line in told:
        found.setdefault(_last(text_of(line, "sessionId"), merged), []).append(line)
    return found


def _last(name: str, merged: Mapping[str, str]) -> str:
    while name in merged:
        name = merged[name]
    return name


def text_of(line: Part, name: str) -> str:
    """Return a field of a line that is a text, else nothing."""
    value = record(line.json()).get(name)
    return text(value)


def is_aside(line: Part) -> bool:
    """Whether a line is one of a sub-agent's conversation."""
    return record(line.json()).get("isSidechain") is True


def main_line(lines: Sequence[Part]) -> list[Part]:
    """Return the lines of the main conversation as it was at last: what was rewound is not in it."""
    own = [line for line in lines if not is_aside(line) and text_of(line, "uuid")]
    kept = _walked(own)
    answers = {_answer(line) for line in own if text_of(line, "uuid") in kept} - {""}
    asked = {name for line in own if _answer(line) in answers for name in names_in(line, "tool_use", "id")}
    return [
        line
        for line in own
        if {text_of(line, "uuid"), _above(line)} & kept
        or _answer(line) in answers
        or asked & set(names_in(line, "tool_result", "tool_use_id"))
    ]


def names_in(line: Part, kind: str, name: str) -> list[str]:
    """Return the ids in a line's blocks of a type."""
    content = record(record(line.json()).get("message")).get("content")
    return [text(block.get(name)) for block in records(content) if block.get("type") == kind and block.get(name)]


def _answer(line: Part) -> str:
    """Return which answer of the model a line is one of, empty where of none."""
    told = record(line.json())
    return text(record(told.get("message")).get("id")) if told.get("type") == "assistant" else ""


def _above(line: Part) -> str:
    """Return the parent of what hangs beside the chain: failures that were tried again, and attachments."""
    return text_of(line, "parentUuid") if text_of(line, "type") in {"system", "attachment"} else ""


def _walked(own: Sequence[Part]) -> set[str]:
    """Return the ids from the last line that says something back to the first."""
    places = {text_of(line, "uuid"): at for at, line in enumerate(own)}
    said = [at for at, line in enumerate(own) if text_of(line, "type") in _SAID]
    kept: set[str] = set()
    at = said[-1] if said else None
    while at is not None and text_of(own[at], "uuid") not in kept:
        kept.add(text_of(own[at], "uuid"))
        at = _before(own[at], at, places, said)
    return kept


def _before(line: Part, at: int, places: Mapping[str, int], said: Sequence[int]) -> int | None:
    """Return the place of a line's parent; of one that the file does not have, that of what was said before."""
    compacted = text_of(line, "subtype") == "compact_boundary"
    parent = text_of(line, "logicalParentUuid" if compacted else "parentUuid")
    if parent in places:
        return places[parent]
    earlier = [place for place in said if place < at]
    return earlier[-1] if earlier and (parent or compacted) else None
