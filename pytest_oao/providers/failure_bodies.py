"""How a request failed ⇄ the error body of each API."""

import ast
import json
import re
from collections.abc import Iterable

from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.failure_statuses import status_of
from pytest_oao.providers.failures import error_type
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import loads, whole

_GOOGLE = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_OPENAI = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_FIRST_SERVER_ERROR = 500
_BEFORE = re.compile(r"Error code: \d{3} - (?!\{)")
_IN_MESSAGE = re.compile(r"Error code: \d{3} - (\{.{1,20000}\})", re.DOTALL)


def read_failure(data: bytes, status: int) -> ModelFailure:
    """Return what an error body tells, JSON or an event of a stream; when to try again, only a header tells."""
    body = whole(data, "", _first_error)
    error = record(body.get("error"))
    return ModelFailure(
        status=status,
        type=text(error_type(body).get("error.type")) or text(error.get("type")),
        message=text(error.get("message")) or text(body.get("error")) or text(body.get("message")),
        body=body or None,
    )


def write_openai(failure: ModelFailure) -> JSONObject:
    """Return OpenAI's error body."""
    body = _told_body(failure)
    if _has_error(body):
        return body
    status = status_of(failure)
    kind = _OPENAI.get(status, "invalid_request_error" if status < _FIRST_SERVER_ERROR else "server_error")
    told: JSONObject = {"message": _message(failure), "type": kind, "param": None, "code": _word(failure.type)}
    return {"error": told}


def write_anthropic(failure: ModelFailure) -> JSONObject:
    """Return Anthropic's error body."""
    body = _told_body(failure)
    if body.get("type") == "error" and _has_error(body):
        return body
    kind = _ANTHROPIC.get(status_of(failure), "api_error")
    return {"type": "error", "error": {"type": kind, "message": _message(failure)}}


def write_google(failure: ModelFailure) -> JSONObject:
    """Return Google's error body."""
    body = _told_body(failure)
    if isinstance(record(body.get("error")).get("status"), str):
        return body
    status = status_of(failure)
    return {"error": {"code": status, "message": _message(failure), "status": _GOOGLE.get(status, "UNKNOWN")}}


def _told_body(failure: ModelFailure) -> JSONObject:
    """Return the error body, which may only be told in the message: `Error code: 429 - {'error': …}`.

    That is how the SDKs of OpenAI and Anthropic write it, as Python would.
    """
    found = _IN_MESSAGE.fullmatch(failure.message) if failure.body is None else None
    if found is None:
        return record(failure.body)
    try:
        return record(loads(json.dumps(ast.literal_eval(found[1]))))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return {}


def _message(failure: ModelFailure) -> str:
    """Return what a provider said, without what its SDK puts before it."""
    return _BEFORE.sub("", failure.message)


def _has_error(body: JSONObject) -> bool:
    return bool(record(body.get("error")))


def _word(kind: str) -> str | None:
    """Return a provider's own word for an error; the name of a Python class is none."""
    return kind if kind and kind == kind.lower() and not kind.isdigit() else None


def _first_error(events: Iterable[JSONObject]) -> JSONObject:
    return next((told for told in events if "error" in told), {})
