"""An agent with an MCP server, recorded over each transport; the servers stopped, and replayed in a fresh process."""

import asyncio
import importlib
import json

import pytest
from mcp_project import recorded_and_replayed

import pytest_oao
from pytest_oao.adapters.mcp_messages import said_in
from pytest_oao.cassette import shelf
from pytest_oao.errors import Diverged

pytest.importorskip("mcp")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return recorded_and_replayed(tmp_path_factory.mktemp("mcp"), "mcp_scenarios.py")


def test_all_scenarios_record(runs):
    _, recorded, _, _ = runs
    assert recorded.returncode == 0, recorded.stdout[-6000:] + recorded.stderr[-2000:]


def test_all_replay_the_same_without_any_server(runs):
    project, _, replayed, _ = runs
    assert replayed.returncode == 0, replayed.stdout[-6000:] + replayed.stderr[-2000:]
    recorded = project.told("recorded")
    assert len(recorded) >= 10
    assert project.told("replayed") == recorded


def test_nothing_is_run_in_replay(runs):
    project, _, _, ran = runs
    assert ran.count("search\n") >= 5
    assert project.log.read_text() == ran


@pytest.mark.parametrize("transport", ["stdio", "http", "sse", "memory"])
def test_traffic_is_recorded_once(runs, transport):
    project, _, _, _ = runs
    session = shelf.load(project.cassette(f"everything[{transport}]"))
    assert {exchange.call.kind for exchange in session.exchanges} == {"mcp", "chat", "human_input"}


@pytest.fixture
def agent_of(runs, monkeypatch):
    """Import the agent, which imports mcp: the tests of other folders need not have it."""
    monkeypatch.syspath_prepend(runs[0].folder)
    return importlib.import_module("mcp_agent")


def replay(agent_of, project, log="", kinds=None, **changed):
    """Replay what was recorded over stdio in this process; `changed` is what the agent does now."""
    agent = agent_of.Agent(project.model, **changed)
    place = agent_of.server_parameters(log) if log else agent_of.StdioServerParameters(command="/nowhere/server")
    with pytest_oao.replay(project.cassette("everything[stdio]"), kinds=kinds):
        return asyncio.run(agent_of.run("stdio", place, agent, agent_of.shop, agent_of.talk))


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize(
    ("changed", "name", "target"),
    [
        ({"query": "hats"}, "tool arguments changed", "tools/call search"),
        ({"swapped": True}, "calls reordered", "tools/call search"),
        ({"again": True}, "extra call", "tools/call flaky"),
        ({"blind": True}, "call missing", "tools/call picture"),
        ({"cities": ["Rome", "Paris"]}, "tool arguments changed", "tools/call weather"),
        ({"said": "!"}, "request changed", "answer sampling/createMessage"),
    ],
)
def test_a_changed_agent_diverges_at_the_changed_call(runs, agent_of, changed, name, target):
    project = runs[0]
    recorded = shelf.load(project.cassette("everything[stdio]")).exchanges
    with pytest.raises(Diverged) as diverged:
        replay(agent_of, project, **changed)
    divergence = diverged.value.divergence
    assert (divergence.name, divergence.expected.call.target) == (name, target)
    assert recorded[divergence.number - 1].call.target == target
    if "arguments" in name:
        assert [change.path for change in divergence.explanation.changes] in (
            ["$.arguments.q"],
            ["$.arguments.city"],
        )


@pytest.mark.usefixtures("no_engine")
def test_one_tool_is_live_and_all_else_is_replayed(runs, agent_of, tmp_path, capfd):
    project, log = runs[0], tmp_path / "tools.log"
    told = replay(agent_of, project, log, kinds={"mcp:tools/call search": "live"}, query="hats")
    assert log.read_text() == "search\n"
    recorded = project.told("recorded")["test_everything[stdio].json"]
    assert without_search(told) == without_search(recorded)
    assert "results for hats" in str(told)


def without_search(told):
    return [entry for entry in json.loads(json.dumps(told)) if "results for" not in str(entry)]


@pytest.mark.usefixtures("no_engine")
def test_a_tool_that_answers_otherwise_is_found_when_it_is_verified(runs, agent_of, tmp_path, capfd):
    with pytest.raises(Diverged) as diverged:
        replay(agent_of, runs[0], tmp_path / "tools.log", kinds={"mcp:tools/call *": "verify"})
    assert (diverged.value.divergence.name, diverged.value.divergence.number) == ("tool outcome changed", 3)


def test_the_record_tells_the_attributes_of_opentelemetry(runs):
    exchanges = shelf.load(runs[0].cassette("everything[http]")).exchanges
    told = {exchange.call.target: dict(exchange.call.attributes) for exchange in exchanges}
    assert told["tools/call search"] == {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
    }
    assert told["prompts/get greet"]["gen_ai.prompt.name"] == "greet"
    assert told["resources/read shop://terms"]["mcp.resource.uri"] == "shop://terms"
    assert told["initialize"]["mcp.protocol.version"]


def test_what_the_server_asked_and_told_is_part_of_what_came_back(runs):
    exchanges = shelf.load(runs[0].cassette("everything[stdio]")).exchanges
    said = {
        exchange.call.target: [message["method"] for message in said_in(exchange.outcome)] for exchange in exchanges
    }
    assert said["tools/call summary"] == ["sampling/createMessage"]
    assert said["tools/call folders"] == ["roots/list"]
    progress, log = "notifications/progress", "notifications/message"
    assert said["tools/call slow"] == [progress, log, progress]
