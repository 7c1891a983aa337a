"""What a neutral request and its answer do not say, whatever the format: it is lacked where nothing stands."""

from collections.abc import Iterator
from dataclasses import replace

from pytest_oao.importers.observations import Asked, Came, ObservedCall
from pytest_oao.model.conversations import ModelFailure, ModelRequest, ModelResponse
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.provenance import ERROR_BODY, FINISH_REASON, MODEL, RESPONSE_ID, USAGE


def with_unsaid(one: ObservedCall) -> ObservedCall:
    """Return a call with what it does not say among what its record lacks; the same one where that is there."""
    words = frozenset(_unsaid(one.asked, one.came))
    return one if words <= one.lacked else replace(one, lacked=one.lacked | words)


def _unsaid(asked: Asked, came: Came | None) -> Iterator[str]:
    if isinstance(asked, ModelRequest) and not asked.model:
        yield MODEL
    if isinstance(came, ModelFailure) and came.body is None:
        yield ERROR_BODY
    if not isinstance(came, ModelResponse):
        return
    if not came.id:
        yield RESPONSE_ID
    if came.usage == Usage():
        yield USAGE
    if not all(choice.finish_reason for choice in came.choices):
        yield FINISH_REASON
