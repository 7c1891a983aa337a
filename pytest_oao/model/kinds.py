"""The kinds of calls that our own adapters make: OpenTelemetry's `gen_ai.operation.name` where it has one."""

from pytest_oao.model.calls import Call

TOOL = "execute_tool"
AGENT = "invoke_agent"
"""An agent that a model has as a tool."""
HTTP = "http"
MCP = "mcp"
WEBSOCKET = "websocket"
HUMAN = "human_input"
APPROVAL = "approval"
"""The target of a call that asks a person whether a tool may run."""
PROCESS = "execute_process"
CLOCK = "clock"
"""The reading of a clock. Such calls are answered softly: a run may read more or less often."""
RANDOM = "random"

EMBEDDINGS = "embeddings"
MODEL = ("chat", "text_completion", EMBEDDINGS)
SERVED = (*MODEL, HTTP, MCP, WEBSOCKET)
"""What another program answers."""
KINDS = (*SERVED, TOOL, AGENT, HUMAN, PROCESS, CLOCK, RANDOM)


def runs_a_tool(call: Call) -> bool:
    """Whether a call runs a tool: a function, or one of an MCP server."""
    return call.kind == TOOL or (call.kind == MCP and call.target.startswith("tools/call "))
