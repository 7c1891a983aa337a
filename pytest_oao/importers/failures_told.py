"""How a log tells that a model call failed: an error in place of an answer, with a status or without."""

from collections.abc import Mapping

from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, text

STATUS = "status"
"""What is inferred of an error's type, where a log has no status."""
FAILED = 400
_STATUSES = {
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "AuthenticationError": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "PermissionDeniedError": 403,
    "not_found_error": 404,
    "NotFoundError": 404,
    "request_too_large": 413,
    "UnprocessableEntityError": 422,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "RateLimitError": 429,
    "RESOURCE_EXHAUSTED": 429,
    "api_error": 500,
    "server_error": 500,
    "InternalServerError": 500,
    "UNAVAILABLE": 503,
    "ServiceUnavailableError": 503,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What providers' and SDKs' words for an error mean as an HTTP status."""


def status_of(value: object) -> int:
    """Return an HTTP status; zero for a word, and for a number that is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 100 <= value <= 999 else 0  # noqa: PLR2004 - what a cassette takes for a status


def is_failure(answer: JSON) -> bool:
    """Whether an answer is a provider's error."""
    told = record(answer)
    return bool(told.get("error")) and "choices" not in told and text(told.get("object")) != "response"


def inferred_status(answer: JSON) -> int:
    """Return the status that an error's type or code tells; 500 where neither does."""
    error = record(answer).get("error")
    told: JSONObject = error if isinstance(error, dict) else record(answer)
    for key in ("status_code", "code", "type", "status"):
        found = status_of(told.get(key)) or _STATUSES.get(text(told.get(key)), 0)
        if found >= FAILED:
            return found
    return 500


def failure_of(error: object, status: int, retry_after: float | None = None) -> ModelFailure:
    """Return how a call failed that has no answer: by what a log says of it, a text or an object."""
    if isinstance(error, Mapping):
        told: JSONObject = {str(key): value for key, value in error.items()}
        kind = text(told.get("type")) or text(told.get("class")) or text(told.get("name"))
        message = text(told.get("message")) or text(told.get("detail"))
        known = (
            status or status_of(told.get("status_code")) or status_of(told.get("status")) or status_of(told.get("code"))
        )
        return ModelFailure(known, kind, message, told, retry_after)
    return ModelFailure(status, "", error if isinstance(error, str) else "", None, retry_after)
