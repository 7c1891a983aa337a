"""What a test may allow so that a call that differs is answered: only what was tried, and helps."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.providers.compared import COMPARED
from pytest_oao.runtime.matching import Matcher

_MOST = 3
"""Paths that are worth ignoring one by one."""
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
    """Yield what lets a call through that changed: a looser level of an import, else paths to be ignored."""
    if expected.provenance is not None:
        if level := matcher.looser(expected, call):
            yield Allowance(f"match={level!r}", f"{_MEANT}; no more is compared than {COMPARED[level]}")
        return
    paths = list(dict.fromkeys(change.path for change in explanation.changes))
    if explanation.cut or explanation.omitted or not 0 < len(paths) <= _MOST:
        return
    if all(path.startswith(("$.", "$[")) for path in paths) and matcher.same_without(expected, call, paths):
        yield Allowance(f"ignore={paths!r}", _MEANT)
