"""Failures of an MCP request ⇄ Raised: the server's error answer as plain data, or whatever the client raised."""

import sys
from typing import Any, cast

from pytest_oao.errors import OaoHalt
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.raised_values import exception_of, raised_of
from pytest_oao.values.unkept import Unreadable

_CLASSES = ("MCPError", "McpError")
"""The class of a server's error, by its names in versions 2 and 1: a recording of one replays with the other."""


def failure_of(error: BaseException) -> Raised:
    """Return what is kept of an exception."""
    if isinstance(error, _error_class()):
        return Raised(type(error).__name__, str(error), error_data(error))
    return Raised("Cancelled", str(error)) if type(error).__name__ == "Cancelled" else raised_of(error)


def error_data(error: BaseException) -> JSONObject:
    """Return the JSON-RPC error that an exception stands for; of any other exception its class and its message."""
    if not isinstance(error, _error_class()):
        return {"type": type(error).__name__, "message": str(error)}
    data: Any = error
    return cast("JSONObject", data.error.model_dump(mode="json", exclude_none=True))


def error_of(raised: Raised, gateway: Gateway) -> BaseException:
    """Make a recorded failure again: of the class that it was of, where the library has it."""
    told = raised.detail
    if isinstance(told, dict) and "code" in told:
        return _mcp_error(raised.type, told)
    try:
        return exception_of(raised)
    except Unreadable as error:
        remedy = "import its module in the agent or in the test, or record the test again"
        what = f"{raised.type}, which an MCP request raised, cannot be made again: {error}"
        return gateway.halt(OaoHalt(what, where=gateway.header.test, remedy=remedy))


def _mcp_error(name: str, told: JSONObject) -> BaseException:
    exceptions, plain = sys.modules["mcp.shared.exceptions"], _error_class()
    known = getattr(exceptions, name, plain)
    data = _types().ErrorData.model_validate(told)
    if hasattr(known, "from_error"):  # that of a URL to be visited, which is made of what its data holds
        return cast("BaseException", known.from_error(data))
    if plain.__name__ == "McpError":
        return cast("BaseException", plain(data))
    return cast("BaseException", plain(code=data.code, message=data.message, data=data.data))


def _error_class() -> Any:
    exceptions = sys.modules["mcp.shared.exceptions"]
    return next(getattr(exceptions, name) for name in _CLASSES if hasattr(exceptions, name))


def _types() -> Any:
    return sys.modules.get("mcp_types") or sys.modules["mcp.types"]
