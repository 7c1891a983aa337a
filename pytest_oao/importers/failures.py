"""How a source tells that a call failed: an exception's text, an error in place of an answer, a status or none."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pytest_oao.cassette.soundness import STATUSES
from pytest_oao.importers.printed_values import printed
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.outcomes import FIRST_ERROR, Raised
from pytest_oao.providers.failure_statuses import told_status
from pytest_oao.providers.fields import record, text
from pytest_oao.providers.payloads import unwrapped

_BODY = re.compile(r"\d{3} - ([{\[])")
_ENDS = {"{": "}", "[": "]"}
_CLASS = re.compile(r"\s*(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Timeout|Exit|Interrupt|Warning))\b[(:]?\s*")
_TRACEBACK = re.compile(r"\n[^\S\n]*+Traceback \(most recent call last\):")
_KINDS = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    529: "OverloadedError",
}
"""What SDKs raise at a status, where a text tells no more than it."""
_BARE = {"Request timed out.": "APITimeoutError", "Connection error.": "APIConnectionError"}
"""What exceptions of the SDKs say to which no answer came, where a text has no more than that."""
_SERVER = 500
_KEYS = ("status_code", "status", "code")


def failure_in_text(told: str) -> ModelFailure:
    """Return the failure that an exception's text tells: `Error code: 429 - {…}`, `RateLimitError('…')`, …."""
    message = _message(told)
    named = _CLASS.match(told)
    kind = named[1] if named else _BARE.get(message, "")
    status = told_status(ModelFailure(0, kind, message)) or 0
    kind = kind or _KINDS.get(status, "InternalServerError" if status >= _SERVER else "")
    return ModelFailure(status, kind, message, _body(message))


def raised_in_text(told: str) -> Raised:
    """Return what a tool raised, from an exception's text."""
    named = _CLASS.match(told)
    return Raised(named[1] if named else "ToolError", _message(told))


def http_status(value: object) -> int:
    """Return an HTTP status; zero for a word, and for a number that is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if value in STATUSES else 0


def is_failure(answer: JSON) -> bool:
    """Whether an answer is a provider's error."""
    told = record(answer)
    return bool(told.get("error")) and "choices" not in told and text(told.get("object")) != "response"


def inferred_status(answer: JSON) -> int:
    """Return the status that an error's type or code tells; 500 where neither does."""
    error = record(answer).get("error")
    told: JSONObject = error if isinstance(error, dict) else record(answer)
    for key in ("status_code", "code", "type", "status"):
        found = http_status(told.get(key)) or told_status(ModelFailure(0, text(told.get(key)) or "-")) or 0
        if found >= FIRST_ERROR:
            return found
    return _SERVER


def failure_in_log(error: object, status: int, retry_after: float | None = None) -> ModelFailure:
    """Return how a call failed that has no answer: by what a log says of it, a text or an object."""
    if isinstance(error, Mapping):
        told: JSONObject = {str(key): value for key, value in error.items()}
        kind = text(told.get("type")) or text(told.get("class")) or text(told.get("name"))
        message = text(told.get("message")) or text(told.get("detail"))
        kind = kind or _BARE.get(message, "")
        known = status or http_status(next((told[key] for key in _KEYS if http_status(told.get(key))), 0))
        known = known or told_status(ModelFailure(0, kind, message)) or 0
        return ModelFailure(known, kind, message, told, retry_after)
    said = failure_in_text(error) if isinstance(error, str) else ModelFailure()
    return replace(said, status=status or said.status, retry_after=retry_after)


def _message(told: str) -> str:
    """Return what the exception said, without its class and without where it was raised."""
    message = _TRACEBACK.split(told, maxsplit=1)[0].strip()
    named = _CLASS.match(message)
    if not named:
        return message
    rest = message[named.end() :]
    if not named[0].rstrip().endswith("("):
        return rest if named[0].rstrip().endswith(":") else message
    inner = rest.rstrip().removesuffix(")").removesuffix(",")
    said = printed(f"[{inner}]")
    return said[0] if isinstance(said, list) and len(said) == 1 and isinstance(said[0], str) else inner


def _body(message: str) -> JSON:
    """Return the body of the answer, which OpenAI's and Anthropic's SDKs print after the status."""
    ends = {start: message.rfind(end) + 1 for start, end in _ENDS.items()}
    starts = ((found.start(1), ends[found[1]]) for found in _BODY.finditer(message))
    said = next((message[start:end] for start, end in starts if start < end), "")
    body = printed(said) or unwrapped(said)
    return body if isinstance(body, dict) and (text(body.get("type")) or record(body.get("error"))) else None
