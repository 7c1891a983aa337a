"""What a test may allow so that a call that differs is answered: only what was tried, and helps."""

from collections.abc import Iterator

from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.runtime.matching import Matcher

_MOST = 3
"""Paths that are worth ignoring one by one."""


def allowances(matcher: Matcher, expected: Exchange, call: Call, explanation: Explanation) -> Iterator[str]:
    """Yield what lets a call through, as a keyword argument: a looser level of an import, else paths to be ignored."""
    if expected.provenance is not None:
        if level := matcher.looser(expected, call):
            yield f"match={level!r}"
        return
    paths = list(dict.fromkeys(change.path for change in explanation.changes))
    if explanation.cut or explanation.omitted or not 0 < len(paths) <= _MOST:
        return
    if all(path.startswith(("$.", "$[")) for path in paths) and matcher.same_without(expected, call, paths):
        yield f"ignore={paths!r}"
