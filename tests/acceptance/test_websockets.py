"""Websockets recorded against a real server, the server stopped, and replayed in a fresh process: the same frames."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_oao
from pytest_oao.cli.main import main

pytest.importorskip("websockets", minversion="14")
pytestmark = pytest.mark.usefixtures("no_engine")

HERE = Path(__file__).parent
AGENTS = ["threads", "tasks", "reconnects", "background", "encrypted"]
TLS = {"encrypted", "gemini"}
SDKS = {"openai_sync": "openai", "openai_async": "openai", "openai_beta": "openai", "gemini": "google.genai"}


class Server:
    def __init__(self, certificate):
        command = [sys.executable, HERE / "websocket_server.py", certificate]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        plain, encrypted = self.process.stdout.readline().split()
        self.urls = [f"ws://127.0.0.1:{plain}", f"wss://127.0.0.1:{encrypted}"]

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        self.process.stdout.close()


class Recordings:
    """Each agent's recording, made by a process of its own when it is first asked for; the server is gone then."""

    def __init__(self, folder):
        self.folder, self.made = folder, {}
        self.certificate = folder / "certificate.pem"
        names = "subjectAltName=IP:127.0.0.1"
        kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", names]
        out = ["-keyout", self.certificate, "-out", folder / "public.pem"]
        subprocess.run(["openssl", "req", "-x509", *kind, *out], check=True, capture_output=True)
        self.certificate.write_text(self.certificate.read_text() + (folder / "public.pem").read_text())

    def __getitem__(self, agent):
        if agent not in self.made:
            server = Server(self.certificate)
            url = server.urls[agent in TLS]
            environ = os.environ | {"SSL_CERT_FILE": str(self.folder / "public.pem")}
            try:
                self.made[agent] = url, told(run("record", self.folder / agent, url, agent, env=environ))
            finally:
                server.stop()
        return self.made[agent][1]

    def replay(self, agent, variant=""):
        """Replay it in another process."""
        made = self[agent]
        return run("replay", made["cassette"], self.made[agent][0], agent, variant)

    def exchanges(self, agent):
        """Return what was recorded."""
        return pytest_oao.load(self[agent]["cassette"]).exchanges


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    return Recordings(tmp_path_factory.mktemp("websockets"))


def run(mode, path, url, agent, variant="", env=None):
    command = [sys.executable, HERE / "websocket_agents.py", mode, path, url, agent, variant]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=HERE, env=env)


def told(done):
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("agent", [*AGENTS, *SDKS])
def test_the_same_frames_without_a_server(agent, recorded):
    if agent in SDKS:
        pytest.importorskip(SDKS[agent])
    again = told(recorded.replay(agent))
    assert again["log"] == recorded[agent]["log"]
    assert len(again["log"]) >= 2


def test_frames_are_calls_in_order_with_direction_and_timing(recorded):
    calls = recorded.exchanges("threads")
    targets = [one.call.target.replace("ws://127.0.0.1/chat", "…") for one in calls]
    assert targets[:9] == [
        *("connect …?a=1&b=2", "send …", "receive …", "send-binary …", "receive …"),
        *("fragment …", "fragment …", "fragment …", "receive …"),
    ]
    assert {one.call.kind for one in calls} == {"websocket"}
    assert calls[3].outcome.body.data == b""
    assert calls[3].call.body.data == b"\x00\x01\xfe\xff" * 4
    assert calls[4].outcome.body.media_type == "application/octet-stream"
    assert all(one.started_at > 0 for one in calls)
    starts = [one.started_at + one.duration for one in calls]
    assert starts == sorted(starts)


def test_no_key_and_no_header_of_the_handshake_is_written(recorded):
    text = "".join(Path(recorded[agent]["cassette"]).read_text() for agent in ("threads", "openai_sync"))
    assert not re.search("sk-very-secret|sk-secret|sec-websocket-(key|accept)", text, re.IGNORECASE)
    head = recorded.exchanges("threads")[0].outcome.head
    assert head.status == 101
    assert ("Sec-WebSocket-Protocol", "chat.v2") in head.headers
    assert "r-1" in str(recorded.exchanges("threads")[0].call.headers)


def test_realtime_is_recorded_with_its_model_and_its_events(recorded):
    calls = recorded.exchanges("openai_sync")
    assert calls[0].call.target == "connect ws://127.0.0.1/v1/realtime?model=gpt-realtime"
    assert json.loads(calls[2].call.body.data)["type"] == "conversation.item.create"


DIVERGED = [
    ("threads", "changed", "request changed", "hullo"),
    ("threads", "extra", "request changed", "once more"),
    ("threads", "swapped", "calls reordered", "receive"),
    ("threads", "extra recv", "calls reordered", "receive"),
    ("tasks", "changed", "request changed", "number 2!"),
    ("tasks", "swapped", "calls reordered", "number 2"),
    ("tasks", "extra", "extra call|request changed", "once more"),
]


@pytest.mark.parametrize(("agent", "variant", "name", "shown"), DIVERGED)
def test_an_agent_that_differs_diverges_at_that_frame(agent, variant, name, shown, recorded):
    done = recorded.replay(agent, variant)
    assert done.returncode != 0
    assert re.search(rf"oao: ({name})", done.stderr), done.stderr[-3000:]
    assert shown in done.stderr


MANAGED = """
import os
import websocket_agents


def test_threads(oao):
    kept("threads", websocket_agents.threads(os.environ["WS_URL"], ""))


def test_tasks(oao):
    kept("tasks", websocket_agents.tasks(os.environ["WS_URL"], ""))


def test_background(oao):
    kept("background", websocket_agents.background(os.environ["WS_URL"], ""))
    assert {call.kind for call in oao.calls} == {"websocket"}


def kept(name, log):
    with open(f"{os.environ['WS_LOGS']}-{name}", "w") as file:
        file.write(repr(log))
"""


def test_managed_tests(tmp_path, recorded):
    """In pytest: nothing escapes while recording, the cassettes are whole, and no byte leaves in replay."""
    (tmp_path / "test_voice.py").write_text(MANAGED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    server = Server(recorded.certificate)
    first = managed(tmp_path, "recorded", server.urls[0], "--oao-record")
    server.stop()
    assert first.returncode == 0, first.stdout[-3000:]
    again = managed(tmp_path, "replayed", server.urls[0], "--oao-replay")
    assert again.returncode == 0, again.stdout[-3000:]
    for name in ("threads", "tasks", "background"):
        assert (tmp_path / f"replayed-{name}").read_text() == (tmp_path / f"recorded-{name}").read_text()
    cassettes = sorted(tmp_path.glob("cassettes/**/*.yaml"))
    assert len(cassettes) == 3
    assert main(["check", *map(str, cassettes)]) == 0


def managed(folder, logs, url, *options):
    left_out = ("CI", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
    environ = {name: value for name, value in os.environ.items() if name not in left_out}
    paths = os.pathsep.join([str(HERE), *filter(None, [environ.get("PYTHONPATH")])])
    environ |= {"WS_URL": url, "WS_LOGS": str(folder / logs), "PYTHONPATH": paths}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:asyncio", "-W", "error", *options]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120)
