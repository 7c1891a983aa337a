import subprocess
import sys

import pytest

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "CI")

AGENT = """
import os
import openai

def answer(question, **more):
    client = openai.OpenAI(base_url=os.environ["MODEL_URL"] + "/v1", max_retries=0)
    messages = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-test", messages=messages, **more).choices[0].message.content
"""

TEST = """
import pytest
from my_agent import answer

@pytest.mark.oao
def test_refund():
    assert answer("I want my money back").startswith("answer")
"""


class Project:
    """A user's project: an agent, a test, and pytest in a process of its own."""

    def __init__(self, pytester, server, monkeypatch):
        self.pytester, self.server = pytester, server
        for name in KEYS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
        monkeypatch.setenv("MODEL_URL", server.url)
        self.monkeypatch = monkeypatch
        pytester.makeini("[pytest]\n")
        self.write(my_agent=AGENT, test_agent=TEST)
        self.path = pytester.path

    def write(self, **files):
        self.pytester.makepyfile(**files)

    def edit(self, name, old, new):
        path = self.pytester.path / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def run(self, *args):
        return self.pytester.runpytest_subprocess("-p", "no:randomly", *args)

    def record(self, *args):
        self.monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-recorder-0123456789abcdef")
        try:
            return self.run("--oao-record", *args)
        finally:
            self.monkeypatch.delenv("OPENAI_API_KEY")

    def replay(self, *args):
        return self.run("--oao-replay", *args)

    def cassette(self, name="test_agent/test_refund.yaml"):
        return self.path / "cassettes" / name

    def command(self, *args):
        return subprocess.run([sys.executable, "-m", "pytest_oao.cli.main", *args], cwd=self.path, capture_output=True, text=True)


@pytest.fixture
def project(pytester, model_server, monkeypatch):
    return Project(pytester, model_server, monkeypatch)
