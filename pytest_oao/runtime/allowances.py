"""What a test may allow so that a call that differs is answered: only what was tried, and helps."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_oao.diff.ignore import parse_ignore
from pytest_oao.diff.messages import LISTS
from pytest_oao.diff.paths import Path, shown
from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Change, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import MODEL
from pytest_oao.providers.compared import COMPARED
from pytest_oao.runtime.matching import Matcher

_EACH, _MOST = 8, 3
"""Paths that are worth ignoring one by one, and parts around them."""
_STREAM = "$.stream"
_MEANT = "where the change is meant"


class Allowance(NamedTuple):
    """What lets a call through."""

    argument: str
    """As a test gives it: a keyword argument."""
    when: str
    """Where it is right to, and what is not compared any more."""


def any_order(matcher: Matcher, left: Iterable[Exchange], call: Call) -> Iterator[Allowance]:
    """Yield that calls may come in any order, where what is `left` of the record then has the one that came."""
    if any(matcher.same(one, call) for one in left):
        yield Allowance("order='any'", "where nobody chose the order, it varies, and no later request shows it")


def performed(kind: str, recorded: Iterable[Exchange]) -> Iterator[Allowance]:
    """Yield that calls of a kind are performed, where the record has none: what it was made from may not hold any."""
    if all(one.call.kind != kind for one in recorded):
        yield Allowance(f"kinds={{{kind!r}: 'live'}}", f"performs them: the record has no {kind} calls at all")


def allowances(matcher: Matcher, expected: Exchange, call: Call, explanation: Explanation) -> Iterator[Allowance]:
    """Yield what lets a call through that changed: paths to be ignored, else a looser level of an import.

    What is recorded byte for byte is served so: whoever asks for a stream cannot read an answer that is none.
    """
    if expected.provenance is None and call.kind in MODEL and _STREAM in {one.path for one in explanation.changes}:
        return
    for paths in _few(explanation, by_level=expected.provenance is not None and call.kind in MODEL):
        if matcher.same_without(expected, call, paths):
            yield Allowance(f"ignore={paths!r}", _MEANT)
            return
    if level := matcher.looser(expected, call):
        yield Allowance(f"match={level!r}", f"{_MEANT}; no more is compared than {COMPARED[level]}")


def _few(explanation: Explanation, *, by_level: bool) -> Iterator[list[str]]:
    """Yield the paths of what changed where they are few, each as it is, else those of the parts that they lie in.

    Of calls that are compared `by_level` messages are no such parts: a level leaves them out. An item that was put
    amid a list has the number of another one: it is let through by the list, unless that holds the conversation.
    """
    changed = explanation.changes
    if not all(change.path.startswith(("$.", "$[")) for change in changed):
        return
    paths = list(map(_place, changed))
    if by_level:
        paths = [path for path in paths if path[0] not in LISTS]
    for depth, most in ((None, _EACH), (2, _MOST), (1, _MOST)):
        parts = dict.fromkeys(path[:depth] for path in paths)
        if 0 < len(parts) <= most and (depth is None or all(path[0] not in LISTS for path in parts)):
            yield [shown(path) for path in parts]


def _place(change: Change) -> Path:
    path = _keys(change.path)
    return path[:-1] if change.amid and len(path) > 1 and path[0] not in LISTS else path


def _keys(path: str) -> Path:
    (pattern,) = parse_ignore([path]).patterns
    return tuple(segment.key for segment in pattern if segment.key is not None)
