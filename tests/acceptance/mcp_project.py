"""A project whose tests talk to MCP servers, and those servers: for recording, and for replaying without them."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pytest_oao.cassette import shelf

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
    """A project with the tests of one file."""

    def __init__(self, folder, tests, model):
        self.folder, self.log, self.model = folder, folder / "tools.log", model
        for part in PARTS:
            shutil.copy(HERE / part, folder / part)
        shutil.copy(HERE / tests, folder / "test_scenarios.py")
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


def recorded_and_replayed(folder, tests):
    """Record the tests of a file, stop all servers, and replay them in a fresh process."""
    model = subprocess.Popen(
        [sys.executable, HERE / "model_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    project = Project(folder, tests, f"http://127.0.0.1:{model.stdout.readline().strip()}")
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
