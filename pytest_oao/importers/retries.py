"""Attempts of one call: a failure that the same request follows is one that was tried again."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.importers.observations import Native, ObservedCall
from pytest_oao.importers.views import asks_a_model, failed, request_of
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.providers.failure_statuses import is_transient, status_of

_NEAR = 50
"""So many calls of others may stand between two attempts."""


def with_retries(calls: Sequence[ObservedCall]) -> list[ObservedCall]:
    """Return the calls, each failure that was tried again marked: an SDK makes its next attempt in a replay too.

    Of other failures the source has what all attempts came to, and an SDK must not try them again: those that no SDK
    tries again, and those after which the agent asked otherwise, another model, say.
    """
    models = [one for one in calls if asks_a_model(one)]
    tried = {one.id for at, one in enumerate(models) if _was_tried_again(one, models[at + 1 : at + 1 + _NEAR])}
    return [_retried(one) if one.id in tried else one for one in calls]


def _was_tried_again(one: ObservedCall, later: Sequence[ObservedCall]) -> bool:
    """Whether the same request follows a failure, with nothing between but calls that ran beside the two."""
    if not failed(one) or not _may_be_tried_again(one):
        return False
    again = next((at for at, other in enumerate(later) if _same(one, other)), None)
    return again is not None and all(_beside(other, one) or _beside(other, later[again]) for other in later[:again])


def _may_be_tried_again(one: ObservedCall) -> bool:
    came = one.came
    return is_transient(status_of(came) if isinstance(came, ModelFailure) else getattr(came, "status", 0))


def _same(one: ObservedCall, other: ObservedCall) -> bool:
    asked, again = request_of(one), request_of(other)
    return one.asked == other.asked if asked is None or again is None else asked == again


def _beside(one: ObservedCall, other: ObservedCall) -> bool:
    """Whether two calls were under way at the same time."""
    if not (one.started_at and one.ended_at and other.started_at and other.ended_at):
        return False
    return one.started_at < other.ended_at and other.started_at < one.ended_at


def _retried(one: ObservedCall) -> ObservedCall:
    came = one.came
    assert isinstance(came, ModelFailure | Native)
    return replace(one, came=replace(came, retried=True))
