"""Exceptions of sockets, TLS, http.client and urllib3 to what is kept of them, and back: same class, same message."""

import builtins
import re
import sys
from typing import Any

from pytest_oao.model.outcomes import Raised

CONNECTING = " (connecting)"
"""Ends the name of an error that came before the request was sent, where it may come afterwards as well."""

_BEFORE = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ConnectionRefusedError"})
_OF_POOLS = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})
_BUILT_IN = frozenset({"KeyboardInterrupt", "RuntimeError", "ValueError", "UnicodeError", "SystemExit"})
_NUMBERED = re.compile(r"\[Errno (-?\d+)\] (.*)", re.DOTALL)
_REASON = re.compile(r".*?\((.*)\)", re.DOTALL)


def raised_by(error: BaseException, connection: object, *, connecting: bool) -> Raised:
    """Return what is kept of an exception that performing a request raised."""
    name = type(error).__name__
    message = str(error)
    if name in _OF_POOLS:
        message = message.removeprefix(f"{connection}: ")  # it names the connection, maybe by its address in memory
    return Raised(f"{name}{CONNECTING}" if connecting and name not in _BEFORE else name, message)


def came_before_sending(raised: Raised) -> bool:
    """Whether an exception came while the connection was made or the request was sent."""
    return raised.type in _BEFORE or raised.type.endswith(CONNECTING)


def exception_of(raised: Raised, connection: object) -> BaseException:
    """Build a recorded exception: of a class that one of the libraries in use has, never of one that is imported."""
    name = raised.type.removesuffix(CONNECTING)
    if name in _OF_POOLS and "urllib3.exceptions" in sys.modules:
        return _of_pool(name, raised.message, connection)
    kind = _class_of(name)
    if kind is None:
        return ConnectionError(f"{name}: {raised.message}")
    return _built(kind, raised.message)


def os_error(message: str) -> OSError:
    """Build an error of the system from its text: the class follows from its number."""
    numbered = _NUMBERED.fullmatch(message)
    return OSError(int(numbered[1]), numbered[2]) if numbered else OSError(message)


def _class_of(name: str) -> Any:
    for home in ("builtins", "socket", "ssl", "http.client"):
        kind = getattr(sys.modules.get(home, builtins), name, None)
        if isinstance(kind, type) and _may_be_raised(kind):
            return kind
    return None


def _may_be_raised(kind: type) -> bool:
    client = sys.modules.get("http.client")
    families = (OSError, client.HTTPException) if client is not None else (OSError,)
    return issubclass(kind, families) or kind.__name__ in _BUILT_IN


def _built(kind: Any, message: str) -> BaseException:
    numbered = _NUMBERED.fullmatch(message)
    error: BaseException
    if numbered:
        error = kind(int(numbered[1]), numbered[2])
    elif kind.__module__ == "ssl":
        error = kind(1, message)
    else:
        error = kind.__new__(kind)  # constructors of http.client put words of their own around what they are given
        error.args = (message,)
    return error


def _of_pool(name: str, message: str, connection: object) -> BaseException:
    library = sys.modules["urllib3.exceptions"]
    error: BaseException
    if name == "NameResolutionError":
        reason = _REASON.fullmatch(message)
        cause = _built(_class_of("gaierror") or OSError, reason[1] if reason else "")
        error = library.NameResolutionError(getattr(connection, "host", ""), connection, cause)
        error.__cause__ = cause
        return error
    error = getattr(library, name)(connection, message)
    if numbered := _NUMBERED.search(message):
        error.__cause__ = OSError(int(numbered[1]), numbered[2])
    return error
