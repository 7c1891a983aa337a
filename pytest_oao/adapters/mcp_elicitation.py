"""MCP elicitation: what the agent's callback answers to a server's question is a person's answer."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import HUMAN
from pytest_oao.runtime.performances import performed_async
from pytest_oao.runtime.value_calls import Asked


def ask_people(session: Any) -> None:
    """Have the answers of a client session's elicitation callback recorded, where it has one."""
    callback = session._elicitation_callback  # noqa: SLF001 - sessions keep it nowhere else
    if callback is not sys.modules["mcp.client.session"]._default_elicitation_callback:  # noqa: SLF001
        session._elicitation_callback = _human_input(callback)  # noqa: SLF001


def _human_input(callback: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def answer(context: Any, params: Any) -> Any:
        asked = Asked(
            HUMAN,
            "elicitation",
            params.model_dump(by_alias=True, mode="json", exclude_none=True, exclude={"meta"}),
            {"mcp.method.name": "elicitation/create"},
            keep=lambda result: result.model_dump(by_alias=True, mode="json", exclude_none=True),
            revive=_result,
        )
        return await performed_async(asked, lambda: callback(context, params))

    return answer


def _result(told: JSON) -> Any:
    """Return what a callback returned: what a person answered, or the error of one that cannot ask."""
    types = sys.modules.get("mcp_types") or sys.modules["mcp.types"]
    kind = types.ErrorData if isinstance(told, dict) and "code" in told else types.ElicitResult
    return kind.model_validate(told)
