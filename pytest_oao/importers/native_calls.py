"""A call whose request and answer stand in a span as its SDK was given and returned them: its provider's own JSON."""

import json

from pytest_oao.importers.native_pairs import native_answer, native_request
from pytest_oao.importers.observations import Came, Native
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject


def native_call(
    arguments: JSONObject, answer: JSONObject, failure: ModelFailure | None
) -> tuple[Native, Came | None] | None:
    """Return the request, and what came of it; None where the span holds them in other words than the provider's."""
    asked = native_request(arguments)
    if asked is None:
        return None
    if failure is not None:
        return asked, _failed(failure)
    if not answer:
        return asked, None
    came = native_answer(answer, asked)
    return None if came is None else (asked, came)


def _failed(failure: ModelFailure) -> Came:
    """Return a failure in its provider's JSON, where the exception told it."""
    if not isinstance(failure.body, dict) or not failure.status:
        return failure
    error: JSON = failure.body if "error" in failure.body else {"error": failure.body}
    return Native(json.dumps(error, ensure_ascii=False).encode(), status=failure.status)
