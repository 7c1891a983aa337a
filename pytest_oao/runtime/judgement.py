"""Which kind of difference a call is that the record has no answer for."""

from collections.abc import Sequence

from pytest_oao.model.calls import Call
from pytest_oao.model.divergences import Name
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import runs_a_tool


def name_of(expected: Exchange | None, actual: Call, answered: Sequence[Exchange], elsewhere: str) -> Name:
    """Name the difference between the call that should come next (None at the end) and the one that came.

    `answered` are the calls that its lane has made, all that were made where nothing more is to come in it; `elsewhere`
    is another lane that the record has the call in, if any.
    """
    if _repeats(actual, answered):
        return "extra call"
    if elsewhere:
        return "calls reordered"
    if expected is None:
        return "extra call"
    if expected.call.kind != actual.kind:
        return "other kind of call"
    if runs_a_tool(actual) and expected.call.target == actual.target:
        return "tool arguments changed"
    return "request changed"


def _repeats(actual: Call, answered: Sequence[Exchange]) -> bool:
    """Whether the very same call was made before: then it is one too many, not a change of the next one."""
    return any(one.call.target == actual.target and one.call.body == actual.body for one in answered)
