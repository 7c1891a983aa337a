import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.cassette.journal import Journal
from pytest_oao.cli.main import main
from pytest_oao.model.bodies import Body
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.providers.http_calls import http_call

JSON_TYPE = (("content-type", "application/json"),)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli(capsys):
    """Run a command; the exit code, what it printed, and what it said went wrong."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def command():
    """Run a command in a process of its own."""

    def run(*arguments, stdout=subprocess.PIPE, **more):
        line = [
            sys.executable,
            "-c",
            "import sys; from pytest_oao.cli.main import main; sys.exit(main())",
            *arguments,
        ]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(line, stdout=stdout, stderr=subprocess.PIPE, env=environment | more)

    return run


@pytest.fixture
def session():
    def make(*questions):
        exchanges = []
        for seq, question in enumerate(questions or ("hello",), 1):
            asked = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": question}]}).encode()
            answer = Body(b'{"id":"chatcmpl-1","choices":[]}', "application/json")
            call = http_call("POST", "https://api.openai.com/v1/chat/completions", JSON_TYPE, asked)
            exchanges.append(Exchange(seq, call, Returned(answer, Head(200, JSON_TYPE))))
        return Session(Header("a-session"), tuple(exchanges), Ending("passed"))

    return make


@pytest.fixture
def cassette(session):
    def make(name="it.yaml", *questions):
        shelf.save(session(*questions), Path(name))
        return Path(name)

    return make


@pytest.fixture
def journal(session):
    def make(name="it.oao.jsonl", ending=Ending("passed")):  # noqa: B008 - frozen
        written = Journal.create(Path(name), Header("a-journal"))
        for exchange in session("one", "two").exchanges:
            written.started(exchange.seq, exchange.call)
            written.settled(exchange)
        if ending is None:
            written.abandon()
        else:
            written.close(ending)
        return Path(name)

    return make


@pytest.fixture
def log_of():
    """Write a log of model calls, each of a session of its own."""

    def write(*names):
        asked = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "hi"}]}
        said = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5-mini"}
        said["choices"] = [{"index": 0, "message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}]
        lines = [{"session_id": one, "request": asked, "response": said} for one in names]
        Path("log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return "log.jsonl"

    return write
