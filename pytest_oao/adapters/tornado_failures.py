"""Exceptions of tornado's HTTP clients to what is kept of them, and back: same class, same message."""

import sys
from typing import Any

from pytest_oao.adapters.tapes import failure_of
from pytest_oao.adapters.wire_failures import exception_of as system_error
from pytest_oao.adapters.wire_failures import os_error
from pytest_oao.model.outcomes import Raised

_OWN = ("HTTPTimeoutError", "HTTPStreamClosedError")
_OF_CURL = "CurlError"


def raised_by(error: BaseException) -> Raised:
    """Return what is kept of the error in a response that stands for none; of libcurl's, its number."""
    if type(error).__name__ == _OF_CURL:
        return Raised(_OF_CURL, f"[Errno {getattr(error, 'errno', 0)}] {getattr(error, 'message', '')}")
    return failure_of(error)


def exception_of(raised: Raised) -> BaseException:
    """Build a recorded exception, of tornado's own classes or of the system's."""
    if raised.type == _OF_CURL:
        number, message = os_error(raised.message).args
        return _built("tornado.curl_httpclient", _OF_CURL, number, message)
    if raised.type in _OWN:
        return _built("tornado.simple_httpclient", raised.type, raised.message)
    return system_error(raised, None)


def _built(module: str, name: str, *args: Any) -> BaseException:
    error: BaseException = getattr(sys.modules[module], name)(*args)
    return error
