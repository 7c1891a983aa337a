"""Exports in which a tool calls a model itself, replayed: where the tool is answered, and where it runs."""

import json

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

ASKED = [{"role": "user", "content": "Was order 4711 paid?"}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "ask_billing", "arguments": '{"order": "4711"}'}}
ASKS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "paid"}
INNER = [{"role": "user", "content": "The state of 4711?"}]


def observation(number, parent, kind, **told):
    """Return an observation of Langfuse."""
    return {
        "id": f"o{number}",
        "traceId": "t1",
        "parentObservationId": parent,
        "type": kind,
        "name": "OpenAI-generation",
        "startTime": f"2026-11-20T10:00:{number:02}.000Z",
        "endTime": f"2026-11-20T10:00:{20 - number if kind == 'TOOL' else number:02}.500Z",
        "level": "DEFAULT",
        **told,
    }


def generation(number, parent, asked, said):
    return observation(number, parent, "GENERATION", model="gpt-5", input={"messages": asked}, output=said)


LANGFUSE = json.dumps(
    [
        generation(1, None, ASKED, ASKS),
        observation(2, None, "TOOL", name="ask_billing", input={"order": "4711"}, output="paid"),
        generation(3, "o2", INNER, {"role": "assistant", "content": "paid"}),
        generation(19, None, [*ASKED, ASKS, RESULT], {"role": "assistant", "content": "Yes."}),
    ]
).encode()


def chat(tool):
    """Run an agent of OpenAI's chat API."""
    messages = list(ASKED)
    while True:
        said = openai.OpenAI().chat.completions.create(model="gpt-5", messages=messages).choices[0].message
        if not said.tool_calls:
            return said.content
        messages.append(said.model_dump(include={"role", "content", "tool_calls"}, exclude_none=True))
        for call in said.tool_calls:
            result = tool(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def ask_billing(order):
    """Ask a model, as the tool did when it was exported."""
    asked = [{"role": "user", "content": f"The state of {order}?"}]
    return openai.OpenAI().chat.completions.create(model="gpt-5", messages=asked).choices[0].message.content


def line(name, parent, second, kind, *content, **told):
    """Return a line of Claude Code; those of its sub-agent have names that begin with an s."""
    message = {"role": kind, "content": content}
    if kind == "assistant":
        reason = "tool_use" if content[-1]["type"] == "tool_use" else "end_turn"
        message |= {"model": "claude-x", "id": f"msg_{name}", "type": "message", "stop_reason": reason}
    aside = {"isSidechain": True, "agentId": "a1"} if name.startswith("s") else {"isSidechain": False}
    where = {"parentUuid": parent, "uuid": name, "timestamp": f"2026-11-20T10:00:{second:02}.000Z"}
    return {**where, "sessionId": "11111111-1111-4111-8111-111111111111", **aside, **told, "type": kind} | {
        "message": message
    }


def text(said):
    return {"type": "text", "text": said}


def use(name, tool, **given):
    return {"type": "tool_use", "id": name, "name": tool, "input": given}


def result(name, came):
    return {"type": "tool_result", "tool_use_id": name, "content": came}


DONE = {"toolUseResult": {"agentId": "a1", "status": "completed"}}
CLAUDE = "\n".join(
    json.dumps(one)
    for one in [
        line("u1", None, 1, "user", text("explore")),
        line("a1", "u1", 2, "assistant", use("t1", "Task", subagent_type="Explore", prompt="look")),
        line("s1", None, 3, "user", text("look")),
        line("s2", "s1", 4, "assistant", use("t9", "Glob", pattern="*")),
        line("s3", "s2", 5, "user", result("t9", "a.py")),
        line("s4", "s3", 6, "assistant", text("found")),
        line("u2", "a1", 9, "user", result("t1", "found"), **DONE),
        line("a2", "u2", 10, "assistant", use("t2", "Glob", pattern="*")),
        line("u3", "a2", 11, "user", result("t2", "a.py and b.py")),
        line("a3", "u3", 12, "assistant", text("Found.")),
    ]
).encode()


def messages_api(question, **tools):
    """Run an agent of Anthropic's API."""
    messages = [{"role": "user", "content": question}]
    while True:
        said = anthropic.Anthropic().messages.create(model="claude-x", max_tokens=9, messages=messages)
        messages.append({"role": "assistant", "content": [block.model_dump() for block in said.content]})
        asked = [block for block in said.content if block.type == "tool_use"]
        if not asked:
            return said.content[0].text
        messages.append({"role": "user", "content": [result(one.id, tools[one.name](**one.input)) for one in asked]})


def unmade(**given):
    raise AssertionError(f"it ran with {given}")


@pytest.fixture
def imported(tmp_path):
    def kept(data, name):
        dump = FileDump(name, data)
        (session,) = detect(dump, IMPORTERS).read(dump)
        path = tmp_path / "it.yaml"
        shelf.save(redacted_session(session, Redactor.of([])), path)
        return path

    return kept


@pytest.mark.parametrize("order", ["lane", "any"])
def test_what_a_tool_asked_a_model_is_not_missed_where_the_tool_is_answered(imported, order):
    with pytest_oao.replay(imported(LANGFUSE, "traces.json"), order=order) as session:
        assert chat(pytest_oao.tool(name="ask_billing")(unmade)) == "Yes."
    assert [call.kind for call in session.calls] == ["chat", "execute_tool", "chat"]


def test_what_a_tool_asked_a_model_is_answered_where_the_tool_runs(imported):
    path = imported(LANGFUSE, "traces.json")
    with pytest_oao.replay(path):
        assert chat(ask_billing) == "Yes."
    with pytest_oao.replay(path, kinds={"execute_tool": "live"}):
        assert chat(pytest_oao.tool(ask_billing)) == "Yes."
    with pytest_oao.replay(path, kinds={"execute_tool": "verify"}):
        assert chat(pytest_oao.tool(ask_billing)) == "Yes."


def test_what_a_tool_asked_a_model_answers_nobody_else(imported):
    def asks_twice(order):
        answer = pytest_oao.tool(name="ask_billing")(unmade)(order=order)
        return answer if answer == ask_billing(order) else ""

    with pytest.raises(Diverged) as caught, pytest_oao.replay(imported(LANGFUSE, "traces.json")):
        chat(asks_twice)
    assert caught.value.divergence.name == "request changed"
    assert caught.value.divergence.number == 4


def test_a_sub_agent_of_claude_code_is_answered_with_the_tool_that_called_it(imported):
    tools = {name: pytest_oao.tool(name=name)(unmade) for name in ("Task", "Glob")}
    with pytest_oao.replay(imported(CLAUDE, "session.jsonl")) as session:
        assert messages_api("explore", **tools) == "Found."
    assert [call.kind for call in session.calls] == ["chat", "execute_tool", "chat", "execute_tool", "chat"]


def test_a_sub_agent_of_claude_code_runs_where_its_tool_does(imported):
    glob = pytest_oao.tool(name="Glob")(unmade)

    def task(subagent_type, prompt):
        assert subagent_type == "Explore"
        return messages_api(prompt, Glob=glob)

    with pytest_oao.replay(imported(CLAUDE, "session.jsonl")):
        assert messages_api("explore", Task=task, Glob=glob) == "Found."
