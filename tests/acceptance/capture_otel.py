"""Records platform_scenario.py by real OpenTelemetry instrumentations, into platform_exports/: not run by any test.

    python capture_otel.py traceloop-openai FOLDER

Each name needs its packages: see CAPTURES. The spans are written as the file exporters of SDKs and collectors do it:
OTLP as JSON, one batch a line; `.binpb` is OTLP's protobuf.
"""

import base64
import json
import os
import sys
from pathlib import Path

import platform_scenario as scenario
from google.protobuf.json_format import MessageToDict
from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from platform_server import serving

ADDRESS = "http://127.0.0.1:8080"
"""What stands in the files for the server's address, whose port is another each time."""
IDS = {"traceId", "spanId", "parentSpanId"}


def of_json(value):
    """Write ids as OTLP's JSON has them: hexadecimal. Tracebacks are left out: they hold paths of the machine."""
    if isinstance(value, str):
        return value.partition("Traceback (most recent call last)")[0]
    if isinstance(value, dict):
        return {
            key: base64.b64decode(one).hex() if key in IDS and isinstance(one, str) else of_json(one)
            for key, one in value.items()
        }
    return [of_json(one) for one in value] if isinstance(value, list) else value


class Capture:
    """A tracer provider and a logger provider whose records end up in a file."""

    def __init__(self):
        self.spans, self.logs = InMemorySpanExporter(), InMemoryLogRecordExporter()
        self.provider = TracerProvider(span_limits=SpanLimits(max_attributes=10_000))
        self.provider.add_span_processor(SimpleSpanProcessor(self.spans))
        trace.set_tracer_provider(self.provider)
        self.logger_provider = LoggerProvider()
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self.logs))
        _logs.set_logger_provider(self.logger_provider)
        self.tracer = self.provider.get_tracer("app")

    def lines(self):
        batches = []
        for span in self.spans.get_finished_spans():
            for event in span.events:
                event.attributes._dict.pop("exception.stacktrace", None)  # it holds paths of the machine
        if spans := self.spans.get_finished_spans():
            batches.append(MessageToDict(encode_spans(spans)))
        if logs := self.logs.get_finished_logs():
            batches.append(MessageToDict(encode_logs(logs)))
        return [json.dumps(of_json(batch)) for batch in batches]

    def protobuf(self):
        return encode_spans(self.spans.get_finished_spans()).SerializeToString()


def clients(address):
    import anthropic
    import openai

    return (
        openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0),
        anthropic.Anthropic(base_url=address, api_key="k", max_retries=0),
    )


def rooted(capture, agent, client, tools=scenario.TOOLS):
    """Run an agent in a span of the application's own, as a request's handler would."""
    with capture.tracer.start_as_current_span("POST /chat"):
        agent(client, tools=tools)


def openai_v2_events(capture, address):
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    rooted(capture, scenario.chat_agent, clients(address)[0])


def openai_v2_silent(capture, address):
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    rooted(capture, scenario.chat_agent, clients(address)[0])


def openai_v2_spans(capture, address):
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"
    openai_v2_silent(capture, address)


def openai_v2_details(capture, address):
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "EVENT_ONLY"
    os.environ["OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"] = "true"
    openai_v2_silent(capture, address)


def openai_v2_files(capture, address):
    folder = Path(sys.argv[2], "openai_v2_files")
    folder.mkdir(exist_ok=True)
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "NO_CONTENT"
    os.environ["OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK"] = "upload"
    os.environ["OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH"] = str(folder)
    openai_v2_silent(capture, address)


def traceloop_openai(capture, address):
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    rooted(capture, scenario.chat_agent, clients(address)[0])


def traceloop_responses(capture, address):
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    rooted(capture, scenario.responses_agent, clients(address)[0])


def traceloop_anthropic(capture, address):
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()
    rooted(capture, scenario.messages_agent, clients(address)[1])


def _oi_tools(capture):
    from openinference.instrumentation import OITracer, TraceConfig

    tracer = OITracer(capture.provider.get_tracer("app"), TraceConfig())
    return tracer, tuple(tracer.tool(tool) for tool in scenario.TOOLS)


def openinference_openai(capture, address):
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    tracer, tools = _oi_tools(capture)
    with tracer.start_as_current_span("travel", openinference_span_kind="agent"):
        scenario.chat_agent(clients(address)[0], tools=tools)


def openinference_responses(capture, address):
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    tracer, tools = _oi_tools(capture)
    with tracer.start_as_current_span("travel", openinference_span_kind="agent"):
        scenario.responses_agent(clients(address)[0], tools=tools)


def openinference_anthropic(capture, address):
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()
    tracer, tools = _oi_tools(capture)
    with tracer.start_as_current_span("travel", openinference_span_kind="agent"):
        scenario.messages_agent(clients(address)[1], tools=tools)


def _langchain(capture, address):
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
    from langchain_core.runnables import RunnableLambda
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(
        model=scenario.MODELS["openai"][0],
        temperature=scenario.TEMPERATURE,
        max_tokens=scenario.MAX_TOKENS,
        base_url=f"{address}/v1",
        api_key="k",
        max_retries=0,
        stream_usage=True,
    )
    tools = {one.name: one for one in (tool(scenario.get_weather), tool(scenario.get_time))}

    def agent(question):
        bound = model.bind_tools(scenario.CHAT_TOOLS)
        messages = [SystemMessage(scenario.SYSTEM), HumanMessage(question)]
        said = bound.invoke(messages)
        results = [tools[call["name"]].invoke(call) for call in said.tool_calls]
        messages += [said, *(ToolMessage(one.content, tool_call_id=one.tool_call_id) for one in results)]
        pieces = list(bound.stream(messages))
        answer = pieces[0]
        for piece in pieces[1:]:
            answer += piece
        messages += [answer, HumanMessage(scenario.FOLLOW_UP)]
        scenario.refused(lambda: bound.invoke(messages))
        return answer.text

    RunnableLambda(agent).with_config(run_name="travel").invoke(scenario.QUESTION)


def openinference_langchain(capture, address):
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument()
    _langchain(capture, address)


def openinference_langchain_and_openai(capture, address):
    from openinference.instrumentation.langchain import LangChainInstrumentor
    from openinference.instrumentation.openai import OpenAIInstrumentor

    LangChainInstrumentor().instrument()
    OpenAIInstrumentor().instrument()
    _langchain(capture, address)


def traceloop_and_openinference(capture, address):
    from openinference.instrumentation.openai import OpenAIInstrumentor as OfOpenInference
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor as OfTraceloop

    OfOpenInference().instrument()
    OfTraceloop().instrument()
    rooted(capture, scenario.chat_agent, clients(address)[0])


def pydantic_ai(capture, address):
    import asyncio

    from openai import AsyncOpenAI
    from pydantic_ai import Agent, InstrumentationSettings
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(openai_client=AsyncOpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0))
    settings = InstrumentationSettings(tracer_provider=capture.provider, include_content=True)
    agent = Agent(
        OpenAIChatModel(scenario.MODELS["openai"][0], provider=provider),
        instructions=scenario.SYSTEM,
        name="travel",
        tools=list(scenario.TOOLS),
        model_settings={"temperature": scenario.TEMPERATURE, "max_tokens": scenario.MAX_TOKENS},
    )
    Agent.instrument_all(settings)

    async def streamed(_, events):
        async for _ in events:
            pass

    async def main():
        with capture.tracer.start_as_current_span("POST /chat"):
            run = await agent.run(scenario.QUESTION, event_stream_handler=streamed)
            history = run.all_messages()
            try:
                await agent.run(scenario.FOLLOW_UP, message_history=history)
            except Exception as error:
                if getattr(error, "status_code", None) != 429:
                    raise

    asyncio.run(main())


CAPTURES = {
    "openai_v2_events": openai_v2_events,
    "openai_v2_silent": openai_v2_silent,
    "openai_v2_spans": openai_v2_spans,
    "openai_v2_details": openai_v2_details,
    "openai_v2_files": openai_v2_files,
    "traceloop_openai": traceloop_openai,
    "traceloop_responses": traceloop_responses,
    "traceloop_anthropic": traceloop_anthropic,
    "openinference_openai": openinference_openai,
    "openinference_responses": openinference_responses,
    "openinference_anthropic": openinference_anthropic,
    "openinference_langchain": openinference_langchain,
    "openinference_langchain_and_openai": openinference_langchain_and_openai,
    "traceloop_and_openinference": traceloop_and_openinference,
    "pydantic_ai": pydantic_ai,
}


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    capture = Capture()
    with serving() as address:
        CAPTURES[name](capture, address)
        text = "\n".join(capture.lines()).replace(address, ADDRESS) + "\n"
    (folder / f"{name}.otlp.jsonl").write_text(text.replace(str(folder), "/captured"))
    (folder / f"{name}.binpb").write_bytes(capture.protobuf())


if __name__ == "__main__":
    main()
