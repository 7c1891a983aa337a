from dataclasses import replace

from pytest_oao.diff.headers import header_changes
from pytest_oao.model.sessions import Execution, Header, Origin

HEADER = Header(
    "a",
    test="t.py::t",
    execution=Execution(agent="1" * 64, modules={"my_agent.py": "2" * 64}),
    runtime={"python": "3.11.7", "openai": "2.54.0"},
)


def test_sessions_of_the_same_code_and_versions_do_not_differ():
    assert header_changes(HEADER, replace(HEADER, id="b", test="other")) == ()


def test_each_difference_has_its_path():
    execution = replace(HEADER.execution, modules={"my_agent.py": "3" * 64, "prompts.py": "4" * 64})
    other = replace(HEADER, execution=execution, runtime={"openai": "3.52.0"}, origin=Origin("imported", "har"))
    told = {(change.path, change.kind) for change in header_changes(HEADER, other)}
    assert told == {
        ("$.execution.modules['my_agent.py']", "changed"),
        ("$.execution.modules['prompts.py']", "added"),
        ("$.runtime.python", "removed"),
        ("$.runtime.openai", "changed"),
        ("$.origin.kind", "changed"),
        ("$.origin.format", "changed"),
    }
