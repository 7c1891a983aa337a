"""Agents of frameworks with an MCP server: recorded, the server stopped, and replayed in a fresh process."""

from importlib.util import find_spec

import pytest
from mcp_project import recorded_and_replayed

from pytest_oao.cassette import shelf

pytest.importorskip("mcp")
if not any(spec and spec.origin for spec in map(find_spec, ("agents", "pydantic_ai", "fastmcp"))):  # not our own folder
    pytest.skip("no framework that has a client for MCP", allow_module_level=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return recorded_and_replayed(tmp_path_factory.mktemp("mcp"), "mcp_framework_scenarios.py")


def test_all_record(runs):
    _, recorded, _, ran = runs
    assert recorded.returncode == 0, recorded.stdout[-6000:] + recorded.stderr[-2000:]
    assert "search\n" in ran


def test_all_replay_the_same_without_any_server(runs):
    project, _, replayed, ran = runs
    assert replayed.returncode == 0, replayed.stdout[-6000:] + replayed.stderr[-2000:]
    assert project.told("replayed") == project.told("recorded")
    assert project.log.read_text() == ran


def test_the_traffic_of_mcp_is_recorded_once(runs):
    sessions = [shelf.load(path) for path in runs[0].folder.glob("cassettes/**/*.yaml")]
    calls = [exchange.call for session in sessions for exchange in session.exchanges]
    assert {call.kind for call in calls} <= {"mcp", "chat", "execute_tool"}
    assert {"tools/list", "tools/call search"} <= {call.target for call in calls if call.kind == "mcp"}
