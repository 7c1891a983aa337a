import os
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from runtime_samples import call

from pytest_oao.model.sessions import Execution, Header
from pytest_oao.runtime.execution import changed_modules, changed_parts, execution_of, tools_hash
from pytest_oao.runtime.module_imports import imported

FILES = {
    "agent.py": "from prompts import SYSTEM\nfrom tools import search\nimport json\n\ndef answer():\n    import late\n",
    "prompts.py": "SYSTEM = 'You are terse.'\n",
    "late.py": "",
    "tools/__init__.py": "from .search import search\n",
    "tools/search.py": "from . import ranks\n\ndef search(): ...\n",
    "tools/ranks.py": "BEST = 1\n",
    "unrelated.py": "X = 1\n",
    "test_agent.py": "from agent import answer\n",
}
USED = {"agent.py", "prompts.py", "late.py", "tools/__init__.py", "tools/search.py", "tools/ranks.py"}


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    import agent
    import unrelated  # noqa: F401

    agent.answer()

    yield tmp_path
    own = {name.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for name in FILES}
    for name in own & sys.modules.keys():
        del sys.modules[name]


def execution(project, *calls, files=("agent.py",), task=None, version=""):
    return execution_of(task, [str(project / name) for name in files], project, calls, version)


def test_the_modules_are_those_on_the_stack_and_what_they_import_of_the_project(project):
    made = execution(project)
    assert set(made.modules) == USED
    assert changed_modules(made, project) == ()


@pytest.mark.parametrize(
    "home", ["sub/.venv/lib", "env/lib/python3.12", "env/lib/python3/dist-packages", ".tox/lib", "v/site-packages"]
)
def test_what_lies_below_the_root_and_is_not_the_project_s_does_not_count(project, monkeypatch, home):
    foreign = project / home / "foreign.py"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("")
    module = ModuleType("foreign")
    module.__file__ = str(foreign)
    monkeypatch.setitem(sys.modules, "foreign", module)
    (project / "agent.py").write_text("import foreign, prompts\n")
    assert set(execution(project).modules) == {"agent.py", "prompts.py"}


def test_each_part_changes_alone(project):
    tool = {"type": "function", "function": {"name": "search"}}
    before = execution(project, call(tools=[tool]), task={"test": "x"})
    other_task = execution(project, call(tools=[tool]), task={"test": "y"})
    other_tools = execution(project, call(), task={"test": "x"})
    (project / "prompts.py").write_text("SYSTEM = 'You are verbose.'\n")
    other_agent = execution(project, call(tools=[tool]), task={"test": "x"})
    for other, part in ((other_task, "task"), (other_tools, "tools"), (other_agent, "agent")):
        parts = ("task", "agent", "policy", "tools")
        assert [name for name in parts if getattr(other, name) != getattr(before, name)] == [part]
    assert changed_modules(before, project) == ("prompts.py",)
    assert before.policy == ""


def test_the_task_is_compared_only_with_that_of_a_test(project):
    made = execution(project, task="of another time")
    assert changed_parts(Header("x", execution=made), project, {"test": "x"}) == ()
    assert changed_parts(Header("x", execution=made, test="x"), project, {"test": "x"}) == (
        "the task (the test's id or parameters)",
    )
    (project / "prompts.py").write_text("")
    assert changed_parts(Header("x", execution=made), project, {"test": "x"}) == ("the agent's code (prompts.py)",)


def test_a_policy_is_compared_with_that_of_who_judges_now(project):
    """A session of production may have been judged where nothing judges now: its test has no policy to change."""
    made = replace(execution(project), policy="one")
    told = {
        (test, policy): changed_parts(Header("x", execution=made, test=test), project, None, policy)
        for test in ("", "x")
        for policy in ("", "one", "other")
    }
    assert {case for case, parts in told.items() if "the policy" in parts} == {("", "other"), ("x", ""), ("x", "other")}
    assert changed_parts(Header("x", execution=replace(made, policy="")), project, None, "other") == ()


def test_a_version_that_is_told_stands_in_place_of_the_source(project):
    made = execution(project, version="7")
    assert made.modules == {}
    assert made.agent == execution(project, version="7").agent != execution(project, version="8").agent


def test_nothing_known_is_empty(project):
    assert execution(project, files=()).agent == ""
    assert tools_hash([]) == tools_hash([call()]) == ""


def test_tools_count_whatever_their_order():
    one, other = ({"type": "function", "function": {"name": name}} for name in "ab")
    assert tools_hash([call(tools=[one, other])]) == tools_hash([call(tools=[other]), call(tools=[one])])
    assert tools_hash([call(tools=[one])]) != tools_hash([call(tools=[one, other])])


def test_gone_and_strange_files_are_changed_and_never_waited_for(project):
    os.mkfifo(project / "pipe.py")
    names = ["gone.py", "pipe.py", "/dev/zero", "../../etc", "tools", "nul\0.py"]
    assert changed_modules(Execution(modules=dict.fromkeys(names, "0")), project) == tuple(names)


def test_strange_modules_are_not_asked(project, monkeypatch):
    class Lazy(ModuleType):
        def __getattr__(self, name):
            raise AssertionError(f"asked for {name}")

    monkeypatch.setitem(sys.modules, "lazy_one", Lazy("lazy_one"))
    monkeypatch.setitem(sys.modules, "no_module", None)
    monkeypatch.setitem(sys.modules, "odd_one", object())
    assert set(execution(project).modules) == USED


@pytest.mark.parametrize(
    ("source", "package", "names"),
    [
        ("import a.b, c", "", {"a", "a.b", "c"}),
        ("from a.b import c", "", {"a", "a.b", "a.b.c"}),
        ("from . import x", "p.q", {"p", "p.q", "p.q.x"}),
        ("from ..r import x as y", "p.q", {"p", "p.r", "p.r.x"}),
        ("from .... import x", "p.q", set()),
        ("from . import x", "", set()),
        ("if True:\n    def f():\n        import a", "", {"a"}),
        ("no python", "", set()),
        ("x = 1\0", "", set()),
    ],
)
def test_what_a_source_imports(source, package, names):
    assert imported(source.encode(), package) == names
