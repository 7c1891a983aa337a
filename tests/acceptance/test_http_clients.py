"""Every HTTP client that is not on httpx: recorded, the server stopped, replayed in a fresh process: same values."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from http_clients import SCENARIOS

HERE = Path(__file__).parent
NEEDS = {
    "requests": "requests",
    "urllib3": "urllib3",
    "bedrock": "boto3",
    "s3": "boto3",
    "httplib2": "httplib2",
    "aiohttp": "aiohttp",
    "tornado": "tornado",
    "openai": "openai",
}
THERE = [
    name
    for name in SCENARIOS
    if importlib.util.find_spec(NEEDS.get(name.partition("_")[0], "json"))
    and (name != "tornado_on_libcurl" or importlib.util.find_spec("pycurl"))
]
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAOFTHEMACHINE", "AWS_SECRET_ACCESS_KEY": "the-secret-of-the-machine"}


def run(mode, folder, url, **environ):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST"))}
    command = [sys.executable, HERE / "http_clients.py", mode, folder, url, *THERE]
    done = subprocess.run(command, env={**kept, **environ}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    server = subprocess.Popen(
        [sys.executable, HERE / "http_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    recorded = run("record", folder, url, AWS_DEFAULT_REGION="eu-west-1", **KEYS)
    server.stdin.close()
    server.wait(timeout=10)
    return folder, recorded, run("replay", folder, url)


@pytest.mark.parametrize("name", THERE)
def test_what_an_agent_sees_is_the_same_without_server_and_keys(runs, name):
    _, recorded, replayed = runs
    assert recorded["seen"][name]
    assert replayed["seen"][name] == recorded["seen"][name]


def test_waits_between_attempts_take_no_time_in_replay(runs):
    _, recorded, replayed = runs
    assert replayed["spent"].keys() == recorded["spent"].keys()
    assert all(seconds < 1 for seconds in replayed["spent"].values()), replayed["spent"]


def test_no_key_reached_a_file(runs):
    folder, _, _ = runs
    texts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert texts
    assert not any(key.encode() in text for text in texts for key in KEYS.values())


def kinds(folder, name):
    import pytest_oao

    session = pytest_oao.load(folder / name / "session.oao.jsonl")
    return [
        (exchange.call.kind, type(exchange.outcome).__name__, exchange.call.target) for exchange in session.exchanges
    ]


@pytest.mark.skipif("bedrock_invoke" not in THERE, reason="needs boto3")
def test_bedrock_is_a_model_call(runs):
    target = "POST /model/anthropic.claude-x-v1:0/invoke"
    assert kinds(runs[0], "bedrock_invoke") == [("chat", "Returned", target)] * 2
    assert kinds(runs[0], "bedrock_stream") == [("chat", "Streamed", f"{target}-with-response-stream")]


@pytest.mark.skipif("urllib3_retries" not in THERE, reason="needs urllib3")
def test_each_attempt_is_an_exchange_of_its_own(runs):
    outcomes = [outcome for _, outcome, _ in kinds(runs[0], "urllib3_retries")]
    assert outcomes == ["Returned"] * 2 + ["Raised"] * 4


@pytest.mark.skipif("openai_on_aiohttp" not in THERE, reason="needs openai and aiohttp")
def test_a_client_below_another_is_recorded_once(runs):
    assert len(kinds(runs[0], "openai_on_aiohttp")) == 1
