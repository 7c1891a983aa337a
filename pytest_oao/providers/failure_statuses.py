"""The HTTP status of a failed model call, where its source tells it in other words, or not at all."""

import re

from pytest_oao.cassette.soundness import STATUSES
from pytest_oao.model.conversations import ModelFailure

_TOLD = re.compile(r"(?:Error code:|status(?:[_ ]code)?[:=]?|HTTP(?:/[\d.]+)?)\s*[\"']?([45]\d\d)\b", re.IGNORECASE)
_STATUS = re.compile("[45][0-9][0-9]")
_BY_NAME = {
    "ratelimit": 429,
    "insufficient_quota": 429,
    "resource_exhausted": 429,
    "authentication": 401,
    "unauthenticated": 401,
    "invalid_api_key": 401,
    "permission": 403,
    "notfound": 404,
    "not_found": 404,
    "conflict": 409,
    "requesttoolarge": 413,
    "unprocessable": 422,
    "overloaded": 529,
    "badrequest": 400,
    "invalid_argument": 400,
    "context_length": 400,
    "invalid_request": 400,
    "invalidrequest": 400,
    "contextwindow": 400,
    "contentpolicy": 400,
    "internalserver": 500,
    "api_error": 500,
    "serviceunavailable": 503,
    "unavailable": 503,
}
"""Parts of the names of exceptions and of providers' own error types → the status that they stand for."""
_TYPES = {"timeout_error": 504, "deadline_exceeded": 504}
"""Types of errors that providers answer with, which are all but names of exceptions."""
_NO_ANSWER = ("timeout", "connect", "network", "transport", "protocolerror", "readerror")
"""Parts of the names of errors to which no answer came."""
_UNKNOWN = 500
_TRANSIENT = frozenset({0, 408, 409, 429})
"""What SDKs try again, beside what is the server's own fault."""


def status_of(failure: ModelFailure) -> int:
    """Return the status that a provider would have answered with; zero where no answer came."""
    told = told_status(failure)
    return _UNKNOWN if told is None else told


def is_transient(status: int) -> bool:
    """Whether an SDK tries a request again that came to this: an HTTP status, zero where no answer came."""
    return status in _TRANSIENT or status >= _UNKNOWN


def told_status(failure: ModelFailure) -> int | None:
    """Return the status that a failure tells, in whatever words; zero where no answer came, None where none do.

    A number that is no HTTP status, as that of another protocol, tells nothing.
    """
    if failure.status in STATUSES:
        return failure.status
    if found := _TOLD.search(failure.message):
        return int(found[1])
    name = failure.type.rpartition(".")[2].lower()
    if _STATUS.fullmatch(name):
        return int(name)
    if name in _TYPES:
        return _TYPES[name]
    return _by_name(name.replace("_", ""))


def _by_name(plain: str) -> int | None:
    for part, status in _BY_NAME.items():
        if part.replace("_", "") in plain:
            return status
    return 0 if any(part in plain for part in _NO_ANSWER) else None
