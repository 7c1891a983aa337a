"""Parts of a request that are not compared, given as JSON paths.

Understood is what names parts of a request: `$.a.b`, `$['a b']`, `$.list[3]`, `$.list[*]`, `$.*`, `$..name`. There
are no filters, slices or scripts: a path is data, and matching it takes linear time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_oao.diff.paths import Path
from pytest_oao.errors import BadOption
from pytest_oao.model.jsontypes import JSON

_SEGMENT = re.compile(
    r"""(?P<deep>\.\.)?(?:
    (?(deep)|\.)(?P<name>[^.\[\]'"*\s]+)
    |(?(deep)|\.)(?P<star>\*)
    |\[\s*(?:(?P<index>\d{1,9})|(?P<any>\*)|'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)")\s*\]
    )""",
    re.VERBOSE,
)
_DEEPEST = 200
"""Levels that `pruned` goes down; below that everything stays."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a pattern: a key, an index, or None for any; `deep`: at any depth below."""

    key: str | int | None
    deep: bool = False

    def fits(self, key: str | int) -> bool:
        """Whether a step of a path is this one."""
        return self.key is None or (self.key == key and isinstance(self.key, str) is isinstance(key, str))


Pattern: TypeAlias = tuple[Segment, ...]
_States: TypeAlias = frozenset[tuple[int, int]]
"""Where in which patterns a path has come to: (pattern, segments passed)."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """A set of patterns; `Ignore()` leaves nothing out."""

    patterns: tuple[Pattern, ...] = ()
    _starts: _States = field(default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", frozenset((number, 0) for number in range(len(self.patterns))))

    def covers(self, path: Path) -> bool:
        """Whether the part at `path`, or one around it, is left out."""
        states = self._starts
        for key in path if states else ():
            states = self._next(states, key)
            if self._done(states):
                return True
        return False

    def pruned(self, value: JSON, path: Path = ()) -> JSON:
        """Return the value at `path` without what is left out; None keeps the place of items that others follow."""
        states = self._starts
        for key in path:
            states = self._next(states, key)
        return self._pruned(value, states, _DEEPEST)

    def _pruned(self, value: JSON, states: _States, depth: int) -> JSON:
        if not states or not depth:
            return value
        if isinstance(value, dict):
            kept = ((key, item, self._next(states, key)) for key, item in value.items())
            return {key: self._pruned(item, after, depth - 1) for key, item, after in kept if not self._done(after)}
        if isinstance(value, list):
            steps = [self._next(states, index) for index in range(len(value))]
            while steps and self._done(steps[-1]):
                steps.pop()
            return [
                None if self._done(after) else self._pruned(item, after, depth - 1)
                for item, after in zip(value, steps, strict=False)
            ]
        return value

    def _next(self, states: _States, key: str | int) -> _States:
        after = set()
        for number, passed in states:
            segment = self.patterns[number][passed]
            if segment.deep:
                after.add((number, passed))
            if segment.fits(key):
                after.add((number, passed + 1))
        return frozenset(after)

    def _done(self, states: _States) -> bool:
        return any(passed == len(self.patterns[number]) for number, passed in states)


NOTHING = Ignore()


def parse_ignore(paths: Iterable[str], where: str = "") -> Ignore:
    """Read JSON paths; `where` names the setting they come from; raises BadOption."""
    return Ignore(tuple(_pattern(path, where) for path in paths))


def _pattern(path: str, where: str) -> Pattern:
    text = path.strip()
    if not text.startswith("$"):
        raise _bad(path, where, "a JSON path begins with `$`")
    segments, position = [], 1
    while position < len(text):
        match = _SEGMENT.match(text, position)
        if not match:
            raise _bad(path, where, f"`{text[position:]}` (character {position + 1}) is not understood")
        segments.append(_segment(match))
        position = match.end()
    if not segments:
        raise _bad(path, where, "`$` alone would leave out the whole request")
    return tuple(segments)


def _segment(match: re.Match[str]) -> Segment:
    deep = bool(match["deep"])
    if match["index"]:
        return Segment(int(match["index"]), deep)
    if match["star"] or match["any"]:
        return Segment(None, deep)
    quoted = match["single"] if match["single"] is not None else match["double"]
    return Segment(match["name"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted), deep)


def _bad(path: str, where: str, why: str) -> BadOption:
    remedy = "write paths as `$.metadata.request_id`, `$.messages[*].name`, `$['a b']` or `$..timestamp`"
    return BadOption(f"cannot read the JSON path `{path}`: {why}", where=where, remedy=remedy)
