"""An agent with an MCP server, recorded over each transport; the servers stopped, and replayed in a fresh process."""

import asyncio
import importlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pytest_oao
from pytest_oao.adapters.mcp_messages import said_in
from pytest_oao.cassette import shelf
from pytest_oao.errors import Diverged

pytest.importorskip("mcp")
HERE = Path(__file__).parent
PARTS = ("mcp_agent.py", "mcp_tool_server.py")


class McpServer:
    """An MCP server in a process of its own."""

    def __init__(self, transport, folder, log):
        port_file = folder / f"{transport}.port"
        command = [sys.executable, HERE / "mcp_tool_server.py", transport, port_file]
        with (folder / f"{transport}.log").open("w") as output:
            self.process = subprocess.Popen(
                command, env={**os.environ, "MCP_TOOL_LOG": str(log)}, stdout=output, stderr=output
            )
        deadline = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text()):
            assert time.monotonic() < deadline
            assert self.process.poll() is None, (folder / f"{transport}.log").read_text()
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port_file.read_text()}/{'sse' if transport == 'sse' else 'mcp'}"

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=10)


class Project:
    """A project with the tests of `mcp_scenarios.py`."""

    def __init__(self, folder, model):
        self.folder, self.log, self.model = folder, folder / "tools.log", model
        for part in PARTS:
            shutil.copy(HERE / part, folder / part)
        shutil.copy(HERE / "mcp_scenarios.py", folder / "test_scenarios.py")
        (folder / "pytest.ini").write_text("[pytest]\n")
        self.environ = {name: value for name, value in os.environ.items() if name != "CI" and "PYTEST" not in name}
        self.environ |= {"OAO_TEST_SERVER": model, "MCP_TOOL_LOG": str(self.log)}

    def run(self, results, *options, **extra):
        (self.folder / results).mkdir()
        environ = self.environ | {"OAO_TEST_RESULTS": str(self.folder / results)} | extra
        command = [sys.executable, "-W", "ignore", "-m", "pytest", "-q", "-p", "no:randomly", "-rA", *options]
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True, timeout=300)

    def told(self, results):
        return {path.name: json.loads(path.read_text()) for path in (self.folder / results).iterdir()}

    def cassette(self, test):
        (path,) = (
            path for path in self.folder.glob("cassettes/**/*.yaml") if shelf.load(path).header.test.endswith(test)
        )
        return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mcp")
    model = subprocess.Popen(
        [sys.executable, HERE / "model_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    project = Project(folder, f"http://127.0.0.1:{model.stdout.readline().strip()}")
    servers = [McpServer(transport, folder, project.log) for transport in ("http", "sse")]
    places = {"OAO_TEST_HTTP": servers[0].url, "OAO_TEST_SSE": servers[1].url}
    recorded = project.run("recorded", "--oao-record", **places)
    for server in servers:
        server.stop()
    model.stdin.close()
    model.wait(timeout=10)
    ran = project.log.read_text()
    replayed = project.run("replayed", "--oao-replay", **places, OAO_TEST_COMMAND="/nowhere/server")
    return project, recorded, replayed, ran


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
            ["$.arguments.query"],
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
    assert (diverged.value.divergence.name, diverged.value.divergence.number) == ("outcome changed", 3)


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
