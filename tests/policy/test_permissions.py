import pytest
from judge_samples import judge, model, request, run, tool

from pytest_oao.policy.policies import Policy


def test_only_tools_on_the_list_are_allowed():
    allowed = {"allowed_tools": ["search", "read_*"]}
    assert run(judge(**allowed), tool("search"), tool("read_file"), model(), request()) is None
    assert run(judge(**allowed), tool("write")) == (0, "allowed_tools")


def test_with_arguments_that_fit():
    allowed = {"allowed_tools": ['write(path="docs/**")']}
    assert run(judge(**allowed), tool("write", path="docs/a/b.md")) is None
    for path in ("src/a.py", "docs/../src/a.py", "/docs/a.md"):
        assert run(judge(**allowed), tool("write", path=path)) == (0, "allowed_tools"), path
    assert run(judge(**allowed), tool("write")) == (0, "allowed_tools")


def test_a_refusal_shows_the_call_and_what_is_allowed():
    breach = judge(allowed_tools=["search"]).before(tool("write", path="a" * 500))
    assert breach.limit == "allowed: search"
    assert breach.found == f"write(path='{'a' * 500}')"  # whole: it is cut after its secrets were taken out
    cut = breach.with_found(breach.found)
    assert cut.found.startswith("write(path='aaa")
    assert cut.found.endswith("aaa')")
    assert len(cut.found) < 310


def test_denied_tools_are_refused_with_the_arguments_that_are_denied():
    denied = {"denied_tools": ["delete_*", 'write(path="prod/**")']}
    assert run(judge(**denied), tool("search"), tool("write", path="dev/a")) is None
    assert run(judge(**denied), tool("delete_all")) == (0, "denied_tools")
    assert run(judge(**denied), tool("write", path="dev/../prod/db.yaml")) == (0, "denied_tools")


def test_denial_is_stronger_than_leave():
    both = {"allowed_tools": ["*"], "denied_tools": ["write"]}
    assert run(judge(**both), tool("search"), tool("write")) == (1, "denied_tools")


def test_arguments_may_be_told_by_a_schema():
    schema = {"tool": "pay", "arguments": {"properties": {"amount": {"maximum": 100}}, "required": ["amount"]}}
    assert run(judge(allowed_tools=[schema]), tool("pay", amount=100)) is None
    assert run(judge(allowed_tools=[schema]), tool("pay", amount=101)) == (0, "allowed_tools")


def test_a_tool_inside_a_tool_needs_leave_too():
    assert run(judge(denied_tools=["rm"]), tool("shell"), tool("rm", depth=1)) == (1, "denied_tools")


def test_only_models_on_the_list_are_asked():
    allowed = {"allowed_models": ["gpt-5*", "claude-*"]}
    assert run(judge(**allowed), model("gpt-5-mini"), model("claude-x"), tool(), request()) is None
    assert run(judge(**allowed), model("gpt-4o")) == (0, "allowed_models")
    breach = judge(**allowed).before(model(""))
    assert breach.found == "a request that names no model"


def test_only_hosts_on_the_list_are_asked():
    allowed = {"allowed_hosts": ["api.openai.com", "*.example.com"]}
    assert run(judge(**allowed), request("a.example.com"), request("api.openai.com"), tool()) is None
    breach = judge(**allowed).before(request("evil.com"))
    assert (breach.rule, breach.found) == ("allowed_hosts", "host evil.com")
    assert run(judge(**allowed), request("example.com.evil.com")) == (0, "allowed_hosts")


@pytest.mark.parametrize(
    ("agent", "broken"), [("researcher", (1, "denied_tools")), ("research-2", (1, "denied_tools")), ("writer", None)]
)
def test_what_holds_for_an_agent_holds_for_that_one(agent, broken):
    scoped = {"agents": {"research*": Policy(denied_tools=["write"])}}
    assert run(judge(**scoped), tool("search", agent=agent), tool("write", agent=agent)) == broken
    assert run(judge(**scoped), tool("write")) is None


def test_an_agent_has_to_keep_what_holds_for_all_besides():
    scoped = {"denied_tools": ["rm"], "agents": {"boss": Policy(allowed_models=["gpt"])}}
    assert run(judge(**scoped), tool("rm", agent="boss")) == (0, "denied_tools")
    assert run(judge(**scoped), model("old", agent="boss")) == (0, "allowed_models")
    assert run(judge(**scoped), model("old")) is None


def test_what_is_refused_first_is_told_first():
    assert run(judge(max_tool_calls=0, denied_tools=["x"]), tool("x")) == (0, "max_tool_calls")
