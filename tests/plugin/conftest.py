import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from prepared_python import ENTRY, LOADED

collect_ignore = ["vcr_suite"]  # suites of users, which tests run

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "CI")

AGENT = """
import os
import openai

def answer(question, **more):
    client = openai.OpenAI(base_url=os.environ["MODEL_URL"] + "/v1", max_retries=0)
    messages = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-test", messages=messages, **more).choices[0].message.content
"""

LIGHT_AGENT = """
import os
import httpx2

def _asked(question, more):
    messages = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": question}]
    return {"model": "gpt-test", "messages": messages, **more}

def answer(question, **more):
    with httpx2.Client(base_url=os.environ["MODEL_URL"], verify=False) as client:
        reply = client.post("/v1/chat/completions", json=_asked(question, more))
    return reply.json()["choices"][0]["message"]["content"]

async def aanswer(question, **more):
    async with httpx2.AsyncClient(base_url=os.environ["MODEL_URL"], verify=False) as client:
        reply = await client.post("/v1/chat/completions", json=_asked(question, more))
    return reply.json()["choices"][0]["message"]["content"]
"""

TEST = """
import pytest
from my_agent import answer

@pytest.mark.oao
def test_refund():
    assert answer("I want my money back").startswith("answer")
"""


class Done:
    """A process that has ended, as `Pytester.run` wants it."""

    stdin = None

    def __init__(self, code):
        self._code = code

    def wait(self):
        return self._code


class Project:
    """A user's project: an agent, a test, and pytest in a process of its own."""

    def __init__(self, pytester, server, monkeypatch, prepared):
        self.pytester, self.server = pytester, server
        for name in KEYS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setenv("MODEL_URL", server.url)
        self.monkeypatch, self._prepared = monkeypatch, prepared
        pytester.makeini("[pytest]\n")
        self.write(my_agent=AGENT, test_agent=TEST)
        self.path = pytester.path

    def write(self, **files):
        self.pytester.makepyfile(**files)
        self._forget_compiled()

    def edit(self, name, old, new):
        path = self.pytester.path / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        self._forget_compiled()

    def _forget_compiled(self):
        """Have changed modules read anew: Python knows a source by its size and the second of its change."""
        for folder in self.pytester.path.rglob("__pycache__"):
            shutil.rmtree(folder)

    def run(self, *args):
        """Run pytest in a process of its own, with no plugin but ours and those that `-p` names: that starts faster."""
        with self.monkeypatch.context() as patch:
            patch.setattr(self.pytester, "popen", self._popen)
            return self.pytester.runpytest_subprocess("-p", ENTRY, *args)

    def _popen(self, command, **streams):
        """Have a prepared process run a command of pytest, if it would be the same as in a new one."""
        agent = self.path / "my_agent.py"
        with_sdk = agent.exists() and "\nimport openai\n" in agent.read_text()
        environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
        ready = self._prepared(*LOADED, *("openai",) * with_sdk)
        with open(os.devnull) as nothing:
            code = ready.run(command[1:], environ, nothing, streams["stdout"], streams["stderr"])
        return Done(code) if code is not None else type(self.pytester).popen(self.pytester, command, **streams)

    def live(self, *args):
        """Run pytest with the key that live calls need."""
        self.monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-recorder-0123456789abcdef")
        try:
            return self.run(*args)
        finally:
            self.monkeypatch.delenv("OPENAI_API_KEY")

    def record(self, *args):
        return self.live("--oao-record", *args)

    def replay(self, *args):
        return self.run("--oao-replay", *args)

    def server_count(self):
        """Return how many calls the model server has answered."""
        return self.server.count()

    def cassettes(self):
        """Return the names of all files in the folder of cassettes."""
        folder = self.path / "cassettes"
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def cassette(self, name="test_agent/test_refund.yaml"):
        return self.path / "cassettes" / name

    def script(self, *args):
        """Run a script of the project, as production would."""
        command = [sys.executable, *args]
        return subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=False)

    def command(self, *args):
        """Run a command of ours in a process of its own."""
        code = "from pytest_oao.cli.main import main; raise SystemExit(main())"
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            done = self._popen([sys.executable, "-c", code, *args], stdout=out, stderr=err, stdin=subprocess.DEVNULL)
            code = done.wait()
            for file in (out, err):
                file.seek(0)
            return subprocess.CompletedProcess(args, code, out.read(), err.read())


@pytest.fixture
def light(project):
    """A project whose agent uses no SDK: it starts a second faster."""
    project.write(my_agent=LIGHT_AGENT)
    return project


@pytest.fixture
def project(pytester, model_server, monkeypatch, prepared):
    return Project(pytester, model_server, monkeypatch, prepared)
