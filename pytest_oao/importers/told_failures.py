"""What an exception says of itself → how a model call failed at its provider."""

import re

from pytest_oao.importers.written_values import printed, unwrapped
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.fields import record, text

_STATUS = re.compile(r"(?:Error code|status[_ ]code|HTTP status)\W{1,3}(\d{3})\b", re.IGNORECASE)
_BODY = re.compile(r"(?:Error code: )?\d{3} - (\{.*\}|\[.*\])", re.DOTALL)
_CLASS = re.compile(r"\s*(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Timeout|Exit|Interrupt|Warning))\b[(:]?\s*")
_TRACEBACK = re.compile(r"\n\s*Traceback \(most recent call last\):")
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
_STATUSES = {kind: status for status, kind in _KINDS.items()} | {"InternalServerError": 500}
_SERVER = 500


def failure_told(told: str) -> ModelFailure:
    """Return the failure that an exception's text tells: `Error code: 429 - {…}`, `RateLimitError('…')`, …."""
    message = _message(told)
    found = _STATUS.search(message)
    named = _CLASS.match(told)
    kind = named[1] if named else ""
    status = int(found[1]) if found else _STATUSES.get(kind, 0)
    kind = kind or _KINDS.get(status, "InternalServerError" if status >= _SERVER else "")
    return ModelFailure(status, kind, message, _body(message))


def raised_told(told: str) -> Raised:
    """Return what a tool raised, from an exception's text."""
    named = _CLASS.match(told)
    return Raised(named[1] if named else "ToolError", _message(told))


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
    found = _BODY.search(message)
    if found is None:
        return None
    body = printed(found[1]) or unwrapped(found[1])
    return body if isinstance(body, dict) and (text(body.get("type")) or record(body.get("error"))) else None
