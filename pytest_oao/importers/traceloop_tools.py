"""Tools as Traceloop's LangChain callback writes them: all that it was told, arguments and result in the midst."""

from pytest_oao.importers.langchain_messages import returned
from pytest_oao.importers.observations import ToolUse
from pytest_oao.importers.printed_values import printed
from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.fields import record, text

_TOLD = frozenset({"input_str", "inputs", "kwargs"})


def is_callback(given: JSON) -> bool:
    """Whether a tool's input is what the callback was told when it began."""
    return record(given).keys() >= _TOLD


def told_tool(tool: ToolUse, came: JSON) -> tuple[ToolUse, JSON]:
    """Return a tool as it was run, and what it returned, of what the callback was told at its beginning and its end."""
    given, end = record(tool.arguments), record(came)
    result, answered = returned(end.get("output", came))
    call_id = tool.call_id or text(record(given.get("kwargs")).get("tool_call_id")) or answered
    return ToolUse(tool.name, _arguments(given["inputs"], text(given["input_str"])), call_id), result


def _arguments(inputs: JSON, shown: str) -> JSON:
    """Return the arguments: older versions of LangChain tell them only as Python prints them, or as a text."""
    read = printed(shown) if inputs is None else inputs
    return {"input": shown} if read is None else read
