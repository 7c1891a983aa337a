"""What a person is asked who approves a tool's call: the tool, what it would be given, and what is decided."""

import sys
from collections.abc import Mapping
from typing import Any

from pytest_oao.model.attributes import CALL_ID, TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import APPROVAL, HUMAN
from pytest_oao.providers.payloads import loads
from pytest_oao.runtime.value_calls import Asked


def wanted(tool: object, arguments: object) -> dict[str, JSON]:
    """Return what a call of a tool would be: its name, and the arguments as the model wrote them."""
    return {"tool": str(tool), "arguments": _plain(arguments)}


def decided(about: Mapping[str, JSON], number: object, decision: Mapping[str, Any]) -> Asked:
    """Return an approval that somebody decided beforehand: the decision is compared, with what it is about."""
    return Asked(HUMAN, APPROVAL, {**about, **decision}, attributes(about, number))


def attributes(about: Mapping[str, JSON], number: object) -> dict[str, JSON]:
    """Return whose call it is, in OpenTelemetry GenAI names; `number` is the model's own for it."""
    named: dict[str, JSON] = {TOOL_NAME: about["tool"]}
    return named | {CALL_ID: str(number)} if number else named


def _plain(arguments: object) -> JSON:
    if not isinstance(arguments, str):
        plain: JSON = sys.modules["pydantic_core"].to_jsonable_python(arguments, bytes_mode="base64")
        return plain
    written = loads(arguments.encode()) if arguments else {}
    return written if isinstance(written, dict) else {"input": arguments}
