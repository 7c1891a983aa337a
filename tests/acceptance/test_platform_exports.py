"""One conversation, recorded by the SDK of every platform: the sessions are equal but for what each export lacks.

The files in platform_exports/ were written by the real packages, against platform_server.py, which had the conversation
of platform_scenario.py with them. A row names the file, the format it is recognised as, the API that was asked, and all
that its session says it lacks beyond the format itself.
"""

from pathlib import Path

import pytest
from platform_equality import differences, truth

from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

FOLDER = Path(__file__).with_name("platform_exports")
CHAT, RESPONSES, MESSAGES = "openai.chat", "openai.responses", "anthropic.messages"
NATIVE = {"result types"}
"""Lacked where calls stand in the provider's own JSON."""
PARTS = NATIVE | {"parameters", "response format", "tool choice"}
"""Lacked where messages stand in OpenTelemetry's form."""
OPENAI_V2 = PARTS | {"stream flag", "tool definitions"}
STREAMED_PAST = {"finish reason", "response id", "usage"}
"""Lacked where an instrumentation let a stream pass unseen."""
WRAPPED = PARTS | {"request model", "response id", "stream flag", "error body"}
"""Lacked where an SDK's wrapper keeps messages beside the model that answered."""
ECHOED = (
    PARTS
    | {"request messages", "request model", "stream flag", "strictness of tools", "system prompt"}
    | {"tool definitions", "error body"}
)
"""Lacked where the request is what the answer repeats of it: of a failure, all of it."""
EXPORTS: list[tuple[str, str, str, set[str]]] = [
    ("agents_chat.jsonl", "openai-agents", CHAT, OPENAI_V2 | {"error body", "response id", "usage"}),
    ("agents_named.jsonl", "openai-agents", RESPONSES, ECHOED),
    ("agents_responses.jsonl", "openai-agents", RESPONSES, ECHOED),
    ("langfuse_chat.json", "langfuse", CHAT, WRAPPED | {"finish reason"}),
    ("langfuse_langchain.json", "langfuse", CHAT, WRAPPED | {"finish reason", "usage"}),
    ("langfuse_responses.json", "langfuse", RESPONSES, WRAPPED),
    ("langsmith_chat.jsonl", "langsmith", CHAT, NATIVE | {"error body"}),
    ("langsmith_langchain.jsonl.gz", "langsmith", CHAT, PARTS | {"error body", "response id", "stream flag", "usage"}),
    ("langsmith_messages.jsonl", "langsmith", MESSAGES, NATIVE),
    ("langsmith_responses.jsonl", "langsmith", RESPONSES, NATIVE | {"error body"}),
    ("litellm_chat.jsonl", "litellm", "openai.chat", {"error body", "result types"}),
    ("litellm_messages.jsonl", "litellm", "anthropic.messages", {"response id", "result types"}),
    ("mlflow_anthropic.json", "mlflow", MESSAGES, NATIVE | STREAMED_PAST),
    ("mlflow_openai.json.gz", "mlflow", CHAT, NATIVE | {"error body"}),
    ("otel_openai_v2_details.jsonl.gz", "otlp", CHAT, OPENAI_V2),
    ("otel_openai_v2_events.jsonl", "otlp", CHAT, OPENAI_V2),
    ("otel_openai_v2_files.jsonl", "otlp", CHAT, OPENAI_V2),
    ("otel_openai_v2_spans.jsonl", "otlp", CHAT, OPENAI_V2),
    ("otel_openinference_anthropic.jsonl.gz", "otlp", MESSAGES, NATIVE),
    ("otel_openinference_langchain.jsonl.gz", "otlp", CHAT, PARTS | {"stream flag", "response id"}),
    ("otel_openinference_langchain_and_openai.jsonl.gz", "otlp", CHAT, NATIVE),
    ("otel_openinference_openai.binpb", "otlp", CHAT, NATIVE),
    ("otel_openinference_openai.jsonl.gz", "otlp", CHAT, NATIVE),
    ("otel_openinference_responses.jsonl.gz", "otlp", RESPONSES, NATIVE),
    ("otel_pydantic_ai.jsonl.gz", "otlp", CHAT, PARTS | {"stream flag", "error body"}),
    ("otel_traceloop_and_openinference.jsonl.gz", "otlp", CHAT, NATIVE),
    ("phoenix_frame.jsonl.gz", "phoenix", CHAT, NATIVE | {"error body"}),
    ("phoenix_otlpv1.json.gz", "phoenix", CHAT, NATIVE | {"error body"}),
    ("phoenix_rest.json.gz", "phoenix", CHAT, NATIVE | {"error body"}),
    ("otel_traceloop_anthropic.jsonl", "otlp", MESSAGES, PARTS | {"stream flag", "usage"}),
    ("otel_traceloop_openai.jsonl", "otlp", CHAT, PARTS),
    ("otel_traceloop_responses.jsonl", "otlp", RESPONSES, PARTS),
]


@pytest.mark.parametrize(("name", "form", "api", "lacked"), EXPORTS, ids=[row[0] for row in EXPORTS])
def test_a_platforms_export_is_the_conversation(name, form, api, lacked):
    pytest.importorskip("opentelemetry.proto.trace.v1.trace_pb2" if name.endswith(".binpb") else "pytest_oao")
    dump = FileDump(name, FOLDER / name)
    (session,) = detect(dump, IMPORTERS).read(dump)
    assert session.header.origin.format == form
    assert differences(session, api) == []
    assert {word for exchange in session.exchanges for word in exchange.provenance.lacked} == lacked


def test_every_captured_export_is_compared():
    assert {path.name for path in FOLDER.glob("*") if path.is_file()} == {row[0] for row in EXPORTS}


def test_the_truth_is_of_five_calls():
    assert [len(truth(api)) for api in ("openai.chat", "openai.responses", "anthropic.messages")] == [5, 5, 5]
