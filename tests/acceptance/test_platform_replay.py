"""Each platform's export of platform_scenario.py replays the agent that it was recorded of, through the real SDK."""

import re

import anthropic
import openai
import platform_scenario as scenario
import pytest
from test_platform_exports import CHAT, EXPORTS, FOLDER, MESSAGES, RESPONSES

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of models that are no longer offered
AGENTS = {CHAT: scenario.chat_agent, RESPONSES: scenario.responses_agent, MESSAGES: scenario.messages_agent}
FRAMEWORKS = {
    "otel_openinference_langchain_and_openai.jsonl.gz": "$.max_completion_tokens",
    "otel_pydantic_ai.jsonl.gz": "$.tools[0].parameters.additionalProperties",
}
"""Recorded of an agent on a framework, which asks for more than the plain one: what differs first."""


def client(api):
    if api == MESSAGES:
        return anthropic.Anthropic(api_key="k", max_retries=0)
    return openai.OpenAI(api_key="k", max_retries=0)


@pytest.fixture
def sealed(tmp_path):
    def seal(name):
        pytest.importorskip("opentelemetry.proto.trace.v1.trace_pb2" if name.endswith(".binpb") else "pytest_oao")
        dump = FileDump(name, FOLDER / name)
        (session,) = detect(dump, IMPORTERS).read(dump)
        path = tmp_path / "session.yaml"
        shelf.save(redacted_session(session, Redactor.of([])), path)
        return path

    return seal


REPLAYED = [(row[0], row[2]) for row in EXPORTS if not row[0].startswith("agents_")]
"""All but those of the OpenAI Agents SDK, whose agent gives a tool's result to its model as Python prints it."""


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize(("name", "api"), REPLAYED, ids=[name for name, _ in REPLAYED])
def test_an_export_replays_the_agent(name, api, sealed):
    path = sealed(name)
    if name in FRAMEWORKS:
        with pytest.raises(Diverged, match=re.escape(FRAMEWORKS[name])), pytest_oao.replay(path):
            AGENTS[api](client(api))
    with pytest_oao.replay(path, match="conversation" if name in FRAMEWORKS else "request"):
        assert AGENTS[api](client(api)) == scenario.ANSWER


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("mlflow_anthropic.json", MESSAGES),
        ("otel_openai_v2_events.jsonl", CHAT),
        ("otel_openinference_langchain.jsonl.gz", CHAT),
        ("otel_openinference_openai.jsonl.gz", CHAT),
        ("otel_traceloop_responses.jsonl", RESPONSES),
    ],
)
def test_an_agent_that_asks_otherwise_diverges(name, api, sealed, monkeypatch):
    monkeypatch.setattr(scenario, "QUESTION", "What is the weather in Rome?")
    with pytest.raises(Diverged, match="Rome"), pytest_oao.replay(sealed(name)):
        AGENTS[api](client(api))
