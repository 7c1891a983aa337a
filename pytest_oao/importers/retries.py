"""Attempts of one call: a failure that the same request follows is one that was tried again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pytest_oao.importers.observations import Native, Observed
from pytest_oao.importers.views import asks_a_model, failed, request_of
from pytest_oao.model.conversations import ModelFailure


def with_retries(calls: Sequence[Observed]) -> list[Observed]:
    """Return the calls, each failure that was tried again marked: an SDK makes its next attempt in a replay too.

    Of other failures the source has what all attempts came to, and an SDK must not try them again.
    """
    models = [one for one in calls if asks_a_model(one)]
    tried = {one.id for one, after in pairwise(models) if failed(one) and _same(one, after)}
    return [_retried(one) if one.id in tried else one for one in calls]


def _same(one: Observed, other: Observed) -> bool:
    asked, again = request_of(one), request_of(other)
    if asked is None or again is None:
        return one.asked == other.asked
    return (asked.system, asked.messages) == (again.system, again.messages)


def _retried(one: Observed) -> Observed:
    came = one.came
    assert isinstance(came, ModelFailure | Native)
    return replace(one, came=replace(came, retried=True))
