import pytest

from pytest_oao.model.conversations import ModelFailure
from pytest_oao.providers.failure_statuses import status_of


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (ModelFailure(418, "RateLimitError", "Error code: 429"), 418),
        (ModelFailure(0, "openai.BadRequestError", "Error code: 404 - {'error': ...}"), 404),
        (ModelFailure(0, "HTTPStatusError", "status_code: 503, model_name: gpt"), 503),
        (ModelFailure(0, "RateLimitError"), 429),
        (ModelFailure(0, "rate_limit_error"), 429),
        (ModelFailure(0, "anthropic.AuthenticationError"), 401),
        (ModelFailure(0, "PermissionDeniedError"), 403),
        (ModelFailure(0, "NotFoundError"), 404),
        (ModelFailure(0, "not_found_error"), 404),
        (ModelFailure(0, "ConflictError"), 409),
        (ModelFailure(0, "UnprocessableEntityError"), 422),
        (ModelFailure(0, "overloaded_error"), 529),
        (ModelFailure(0, "invalid_request_error"), 400),
        (ModelFailure(0, "InternalServerError"), 500),
        (ModelFailure(0, "529"), 529),
        (ModelFailure(0, "03"), 500),
        (ModelFailure(0, "²²²"), 500),
        (ModelFailure(14, "UNAVAILABLE"), 503),
        (ModelFailure(1000), 500),
        (ModelFailure(0, "APITimeoutError"), 0),
        (ModelFailure(0, "APIConnectionError"), 0),
        (ModelFailure(0, "httpx.ReadError"), 0),
        (ModelFailure(0, "SomethingElse", "in 2026 it broke"), 500),
        (ModelFailure(), 500),
    ],
)
def test_a_status_is_told_by_number_then_by_message_then_by_name(told, status):
    assert status_of(told) == status
