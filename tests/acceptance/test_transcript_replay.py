"""Agents as people write them, replayed whole against transcripts, and where five changes of each leave the record."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anthropic
import openai
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.rendering import request_of

SHARED = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[3] / "shared")
if not SHARED.is_dir():
    pytest.skip("the recorded traffic is not here", allow_module_level=True)

STOP = "###STOP###"


def same(value):
    return value


@dataclass
class Agent:
    """What an agent does, and how a change of it shows."""

    turns: list
    system: str = ""
    results: Callable = same
    """What is made of a tool's result."""
    arguments: Callable = same
    """What is made of a tool's arguments."""
    stop_after: int = 10**6
    """How many calls of the model it makes at most."""

    def tool(self, name, given):
        """Run a tool, which the record answers."""

        def body(**_) -> str:
            raise AssertionError(f"{name} ran")

        try:
            return self.results(pytest_oao.tool(name=name)(body)(**self.arguments(given)))
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
            return f"Error: {error}"


def chat(agent):
    """Run an agent of OpenAI's chat API over the user's turns."""
    client = openai.OpenAI()
    messages = [{"role": "system", "content": agent.system}]
    for turn in agent.turns:
        messages.append({"role": "user", "content": turn})
        if STOP in turn:
            return
        while True:
            if agent.stop_after == 0:
                return
            agent.stop_after -= 1
            said = client.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message
            messages.append(said.model_dump(include={"role", "content", "tool_calls"}, exclude_none=True))
            if not said.tool_calls:
                break
            for call in said.tool_calls:
                result = agent.tool(call.function.name, json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def messages_api(agent):
    """Run an agent of Anthropic's API over the user's turns, streaming."""
    client = anthropic.Anthropic()
    messages = []
    for turn in agent.turns:
        messages.append({"role": "user", "content": turn})
        while True:
            if agent.stop_after == 0:
                return
            agent.stop_after -= 1
            with client.messages.stream(model="claude-haiku-4-5", max_tokens=1000, messages=messages) as stream:
                said = stream.get_final_message()
            messages.append({"role": "assistant", "content": [block.model_dump() for block in said.content]})
            asked = [block for block in said.content if block.type == "tool_use"]
            if not asked:
                break
            content = [
                {"type": "tool_result", "tool_use_id": one.id, "content": agent.tool(one.name, one.input)}
                for one in asked
            ]
            messages.append({"role": "user", "content": content})


def imported(pattern, number, folder):
    (path,) = SHARED.glob(pattern)
    data = path.read_bytes()
    if path.suffix == ".json":
        data = json.dumps([json.loads(data)[number]]).encode()
    dump = FileDump(path.name, data)
    (session,) = detect(dump, IMPORTERS).read(dump)
    kept = folder / "it.yaml"
    shelf.save(redacted_session(session, Redactor.of(environment={})), kept)
    return kept


@pytest.fixture(params=["tau-bench 3", "tau-bench 57", "claude-code"])
def recorded(request, tmp_path):
    """Return a cassette, what makes an agent of it, and what runs the agent."""
    if request.param == "claude-code":
        path, run, system = imported("corpus/claude-code-jsonl/*/agent-*.jsonl", 0, tmp_path), messages_api, ""
    else:
        number = int(request.param.split()[1])
        path, run = imported("corpus/tau-bench/*/*", number, tmp_path), chat
        system = request_of(pytest_oao.load(path).exchanges[0].call).system[0]["content"]
    session = pytest_oao.load(path)

    def made(**changes):
        return Agent(**{"turns": list(session.header.metadata["turns"]), "system": system, **changes})

    return path, made, run


def calls(path, kind):
    return [one for one in pytest_oao.load(path).exchanges if one.call.kind == kind]


def diverged(path, agent, run):
    with pytest.raises(Diverged) as caught, pytest_oao.replay(path):
        run(agent)
    return caught.value.divergence


def test_the_whole_session_is_replayed(recorded):
    path, made, run = recorded
    with pytest_oao.replay(path) as session:
        run(made())
    models, tools = calls(path, "chat"), calls(path, "execute_tool")
    assert len(models) > 5
    assert [call.kind for call in session.calls].count("chat") == len(models)
    assert [call.kind for call in session.calls].count("execute_tool") == len(tools)


def test_another_first_message_diverges_at_the_first_call(recorded):
    path, made, run = recorded
    found = diverged(path, made(turns=["Something else."]), run)
    assert (found.name, found.number) == ("request changed", 1)


def test_another_result_diverges_at_the_call_that_quotes_it(recorded):
    path, made, run = recorded
    found = diverged(path, made(results=lambda came: f"{came} (changed)"), run)
    exchanges = pytest_oao.load(path).exchanges
    tool = next(one for one in exchanges if one.call.kind == "execute_tool" and not isinstance(one.outcome, Raised))
    after = next(one for one in exchanges if one.call.kind == "chat" and one.seq > tool.seq)
    assert (found.name, found.number) == ("request changed", after.seq)
    answered = f"call #{tool.seq} `{tool.call.target}` was answered as recorded, the agent sends something else"
    assert answered in found.explanation.cause


def test_other_arguments_diverge_at_their_tool(recorded):
    path, made, run = recorded
    found = diverged(path, made(arguments=lambda given: {**given, "extra": 1}), run)
    assert (found.name, found.number) == ("tool arguments changed", calls(path, "execute_tool")[0].seq)


def test_a_call_that_is_dropped_is_missing(recorded):
    path, made, run = recorded
    models = calls(path, "chat")
    found = diverged(path, made(stop_after=len(models) - 1), run)
    assert (found.name, found.number) == ("call missing", models[-1].seq)


def test_a_call_more_is_told(recorded):
    path, made, run = recorded
    turns = [turn for turn in made().turns if STOP not in turn]
    found = diverged(path, made(turns=[*turns, "One more thing."]), run)
    assert found.name == "extra call"


def test_another_system_prompt_diverges_where_the_source_has_one(recorded):
    path, made, run = recorded
    if run is messages_api:
        with pytest_oao.replay(path):
            run(made(system="not compared: Claude Code keeps none"))
    else:
        found = diverged(path, made(system="Be somebody else."), run)
        assert (found.name, found.number) == ("request changed", 1)
        assert "system prompt changed" in found.explanation.cause
