"""Has OpenAI's Agents SDK have the scenario, and writes its traces: by our own processor, and as the SDK exports them.

    python platform_agents.py responses|chat|named > platform_exports/agents_responses.jsonl

`named` is what the SDK exports of the Responses API, and after it the answers as OpenAI stores them.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import platform_scenario as scenario
import platform_server

import pytest_oao


class Export:
    """Keeps what the SDK's own exporter would send, and the answers with what they were given."""

    def __init__(self):
        self.told = []
        self.answers = {}

    def on_trace_start(self, trace):
        self.told.append(trace.export())

    def on_span_end(self, span):
        self.told.append(span.export())
        response = getattr(span.span_data, "response", None)
        if response is not None:
            self.answers[response.id] = {**response.model_dump(mode="json"), "input": span.span_data.input}

    def on_trace_end(self, trace):
        pass

    def on_span_start(self, span):
        pass

    def shutdown(self):
        pass

    def force_flush(self):
        pass


def main(kind):
    import agents
    from openai import AsyncOpenAI

    export = Export()
    path = Path(tempfile.mkdtemp()) / "trace.jsonl"
    agents.set_trace_processors([pytest_oao.AgentsTrace(path), export])
    with platform_server.serving() as models:
        client = AsyncOpenAI(base_url=f"{models}/v1", api_key="k", max_retries=0)
        model_of = agents.OpenAIChatCompletionsModel if kind == "chat" else agents.OpenAIResponsesModel
        model = model_of(scenario.MODELS["openai"][0], client)
        asyncio.run(converse(agents, model))
    if kind != "named":
        sys.stdout.write(path.read_text())
        return
    for one in [*export.told, export.answers]:
        print(json.dumps(one))


async def converse(agents, model):
    tools = [agents.function_tool(tool, strict_mode=False) for tool in scenario.TOOLS]
    settings = agents.ModelSettings(temperature=scenario.TEMPERATURE, max_tokens=scenario.MAX_TOKENS)
    agent = agents.Agent("travel", instructions=scenario.SYSTEM, model=model, tools=tools, model_settings=settings)
    with agents.trace("Travel", group_id="thread-1", trace_id="trace_" + "0" * 31 + "1"):
        result = agents.Runner.run_streamed(agent, scenario.QUESTION)
        async for _ in result.stream_events():
            pass
        given = [*result.to_input_list(), {"role": "user", "content": scenario.FOLLOW_UP}]
        try:
            await agents.Runner.run(agent, given)
        except Exception as error:
            if getattr(error, "status_code", None) != 429:
                raise


if __name__ == "__main__":
    main(sys.argv[1])
