"""Exceptions of aiohttp to what is kept of them, and back: same class, same message."""

import asyncio
from types import ModuleType
from typing import Any

from pytest_oao.adapters.tapes import failure_of
from pytest_oao.adapters.wire_failures import CONNECTING, os_error
from pytest_oao.adapters.wire_failures import exception_of as system_error
from pytest_oao.model.outcomes import Raised


def raised_by(error: BaseException, *, connecting: bool = False) -> Raised:
    """Return what is kept of an exception; of one about a connection, what the system said."""
    cause = getattr(error, "os_error", None)
    raised = failure_of(error)
    if cause is not None:
        return Raised(raised.type, str(cause))
    return Raised(raised.type + CONNECTING, raised.message) if connecting else raised


def came_before_sending(raised: Raised, library: ModuleType) -> bool:
    """Whether an exception came while the connection was made."""
    kind = getattr(library, raised.type, object)
    return raised.type.endswith(CONNECTING) or issubclass(kind, library.ClientConnectorError)


def exception_of(raised: Raised, library: ModuleType, request: Any) -> BaseException:
    """Build a recorded exception, of aiohttp's own classes or of the system's."""
    kind = getattr(library, raised.type, None)
    if not isinstance(kind, type) or not issubclass(kind, library.ClientError | asyncio.TimeoutError):
        return TimeoutError() if raised.type == "TimeoutError" else system_error(raised, None)
    error: BaseException
    if issubclass(kind, library.ClientConnectorError) and request is not None:
        error = kind(request.connection_key, os_error(raised.message))
    elif issubclass(kind, library.ClientConnectorCertificateError) and request is not None:
        error = kind(request.connection_key, ValueError(raised.message))
    elif issubclass(kind, library.ClientResponseError) and request is not None:
        error = _of_response(kind, request, raised.message)
    elif issubclass(kind, library.ClientOSError):
        error = kind(*os_error(raised.message).args)
    else:
        error = kind(raised.message) if raised.message else kind()
    return error


def _of_response(kind: Any, request: Any, message: str) -> BaseException:
    """Build what is raised of a response that cannot be read; its text begins with its status."""
    status, _, told = message.partition(", message=")
    words = told.partition(", url=")[0]
    error: BaseException = kind(
        request.request_info, (), status=int(status) if status.isdigit() else 0, message=words.strip("'\"")
    )
    return error
