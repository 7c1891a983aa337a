"""Example agents of frameworks, recorded once and replayed in fresh processes; the tests of each framework read it.

An agent is a module below `agents/` with

    SCRIPT     the rules of its model (scripted_model.py), a literal
    VARIANTS   names of ways to run it (`invoke`, `stream`, …), a literal
    MUTATIONS  what may be done to it → [name of the divergence, number of the call], a literal; a call of a branch,
               whose number is another one in each recording, is told as `lane target`
    run(variant, mutation) -> JSON

whose model is at `world.url(NAME)`, and whose tools call `world.touch(name)` first. The literals are read without an
import: the process that tests need not have the framework in it. `Runs.of` records every variant, stops the
server, and replays in a fresh process where the body of every tool raises: the variants and the mutants. A run with the
tools live, or verified, is `runs.again("test_live")`, `runs.again("test_verify")`.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHILD = HERE / "agent_runs.py"
UNWANTED = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "CI")
CONFTEST = """
import json, os, pathlib
RESULTS = pathlib.Path(os.environ["OAO_TEST_RESULTS"])


def pytest_oao_diverged(item, divergence):
    told = {
        "name": divergence.name,
        "number": divergence.number,
        "lane": divergence.lane,
        "cause": divergence.explanation.cause,
        "paths": [change.path for change in divergence.explanation.changes],
        "expected": divergence.expected.call.target if divergence.expected else None,
        "actual": divergence.actual.target if divergence.actual else None,
    }
    RESULTS.joinpath(f"{item.name}.diverged.json").write_text(json.dumps(told))
"""


@dataclass(frozen=True)
class Agent:
    """An example agent, as its file tells it."""

    name: str
    script: list = field(default_factory=list)
    variants: tuple = ()
    mutations: dict = field(default_factory=dict)

    @classmethod
    def of(cls, name):
        """Read the literals of an agent's module."""
        module = ast.parse((HERE / "agents" / f"{name}.py").read_text())
        told = {
            ast.unparse(node.targets[0]): ast.literal_eval(node.value)
            for node in module.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"SCRIPT", "VARIANTS", "MUTATIONS"}
        }
        return cls(name, told["SCRIPT"], told["VARIANTS"], told["MUTATIONS"])

    @property
    def cases(self):
        """What it is run as, first of all the variant that is mutated."""
        return [f"{self.name}/{variant}" for variant in self.variants]


def every_case(agents):
    """Return parameters of tests: each variant of each agent."""
    return [pytest.param(case.replace("/", "-"), id=case) for agent in agents for case in agent.cases]


def every_mutant(agents):
    """Return parameters of tests: each mutation of each agent, and the divergence that it must come to."""
    return [
        pytest.param(f"{agent.name}-{mutation.replace(' ', '_')}", tuple(expected), id=f"{agent.name}: {mutation}")
        for agent in agents
        for mutation, expected in agent.mutations.items()
    ]


class Runs:
    """A project of its own with some agents, recorded; the server of their models is gone."""

    def __init__(self, project, agents, url):
        self.project, self.url = project, url
        self.cases = ",".join(case for agent in agents for case in agent.cases)
        self._count = 0
        self.recorded = self.replayed = None

    @classmethod
    def of(cls, project, agents):
        """Record all agents, stop the server, and replay them in a fresh process."""
        (project / "pytest.ini").write_text("[pytest]\n")
        (project / "conftest.py").write_text(CONFTEST)
        shutil.copy(CHILD, project / "test_agents.py")
        for module in ("world", *(agent.name for agent in agents)):
            shutil.copy(HERE / "agents" / f"{module}.py", project)
        scripts = project / "scripts.json"
        scripts.write_text(json.dumps({agent.name: agent.script for agent in agents}))
        command = [sys.executable, HERE / "scripted_model.py", scripts]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        runs = cls(project, agents, f"http://127.0.0.1:{server.stdout.readline().strip()}")
        try:
            runs.recorded = runs.again("test_run", record=True)
        finally:
            server.communicate(timeout=10)
        if runs.recorded.code:
            pytest.fail(f"the agents could not be recorded:\n{runs.recorded.text}", pytrace=False)
        runs.replayed = runs.again("test_replay or test_mutant")
        return runs

    def cassette(self, case):
        """Return where a case is recorded."""
        return self.project / "cassettes" / f"{case}.yaml"

    def again(self, which, *, record=False, **environ):
        """Run tests of the project in a fresh process; `which` is pytest's -k."""
        self._count += 1
        results = self.project / f"results{self._count}"
        results.mkdir()
        kept = {name: value for name, value in os.environ.items() if name not in UNWANTED and name[:6] != "PYTEST"}
        kept |= {
            "OAO_TEST_SERVER": self.url,
            "OAO_TEST_RESULTS": str(results),
            "OAO_TEST_CASES": self.cases,
            "OAO_TEST_WORLD": str(results / "world"),
            **({"OPENAI_API_KEY": "sk-of-the-recording-machine"} if record else {}),
            **environ,
        }
        options = ["-p", "no:randomly", "-p", "no:cacheprovider", "--oao-record" if record else "--oao-replay"]
        command = [sys.executable, "-W", "ignore", "-m", "pytest", "-q", "-rA", "--tb=short", *options, "-k", which]
        done = subprocess.run(command, cwd=self.project, env=kept, capture_output=True, text=True, timeout=300)
        return Run(results, done.stdout[-20000:] + done.stderr[-2000:], done.returncode)


class Run:
    """What one process came to."""

    def __init__(self, results, text, code):
        self.text, self.code = text, code
        self.real = (results / "world").read_text().split("\n")[:-1] if (results / "world").exists() else []
        """The tools whose bodies were run."""
        self._results = {
            path.name.removesuffix(".json"): json.loads(path.read_text()) for path in results.glob("*.json")
        }

    def output(self, test, name):
        """Return what an agent came to."""
        return self._result(test, name)["output"]

    def reasons(self, test, name):
        """Return the tools that were run, each with what the model said and thought when it asked for it."""
        return self._result(test, name)["reasons"]

    def log(self, test, name, *, inner=False):
        """Return the exchanges of a run by lane; those that tools made only with `inner`."""
        lanes = {}
        for lane, *told, parent in self._result(test, name)["log"]:
            if inner or parent is None:
                lanes.setdefault(lane, []).append(told)
        return lanes

    def divergence(self, test, name):
        """Return what the first difference of a run is, None where there is none."""
        return self._results.get(f"{test}[{name}].diverged")

    def _result(self, test, name):
        key = f"{test}[{name}]"
        assert key in self._results, f"{key} did not end:\n{self.text}"
        return self._results[key]


def require_same(runs, case):
    """Require that a case comes to the same in replay, with the same log and no tool really called."""
    assert runs.recorded.real
    assert runs.replayed.output("test_replay", case) == runs.recorded.output("test_run", case)
    assert runs.replayed.log("test_replay", case) == runs.recorded.log("test_run", case)
    assert runs.replayed.real == []


def require_divergence(runs, mutant, expected):
    """Require that a mutant diverges as its agent's file says: the name, and the number of the call."""
    divergence = runs.replayed.divergence("test_mutant", mutant)
    assert divergence is not None, f"{mutant} does not diverge:\n{runs.replayed.text}"
    name, call = expected
    place = divergence["number"] if isinstance(call, int) else f"{divergence['lane']} {divergence['actual']}"
    assert (divergence["name"], place) == (name, call), divergence
