import pytest
from runtime_samples import call, session

from pytest_oao.runtime.judgement import name_of


@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [
        ("mcp", "tools/call search", "tool arguments changed"),
        ("execute_tool", "search", "tool arguments changed"),
        ("mcp", "resources/read shop://terms", "request changed"),
        ("mcp", "answer sampling/createMessage", "request changed"),
    ],
)
def test_what_a_tool_is_given_is_told_apart_from_other_requests(kind, target, name):
    (recorded,) = session(call({"a": 1}, kind=kind, target=target)).exchanges
    assert name_of(recorded, call({"a": 2}, kind=kind, target=target), [], "") == name
