import pytest
from judge_samples import judge, made, model, request, run, tool

from pytest_oao.model.exchanges import Usage


@pytest.mark.parametrize(
    ("rule", "calls"),
    [
        ("max_steps", [tool(), model(), request()]),
        ("max_model_calls", [model(), tool(), model(), request(), model()]),
        ("max_tool_calls", [tool("a"), model(), tool("b"), request(), tool("a")]),
    ],
)
def test_a_call_is_refused_before_it_is_one_too_many(rule, calls):
    assert run(judge(**{rule: 3}), *calls) is None
    assert run(judge(**{rule: 2}), *calls) == (len(calls) - 1, rule)


def test_none_are_allowed_by_zero():
    assert run(judge(max_tool_calls=0), model(), tool()) == (1, "max_tool_calls")
    assert run(judge(max_steps=0), model()) == (0, "max_steps")


def test_calls_in_flight_count():
    bounded = judge(max_tool_calls=2)
    assert bounded.before(tool(x=1)) is None
    assert bounded.before(tool(x=2)) is None
    breach = bounded.before(tool(x=3))
    assert (breach.rule, breach.limit, breach.found) == ("max_tool_calls", "at most 2", "3 tool calls")
    assert not breach.estimated


def test_a_call_that_was_refused_is_not_counted():
    bounded = judge(max_tool_calls={"search": 1})
    assert run(bounded, tool(), tool()) == (1, "max_tool_calls")
    assert bounded.tally.tools == {"search": 1}


def test_tools_are_limited_by_pattern_all_that_fit_together():
    bounded = {"max_tool_calls": {"*": 4, "read_*": 2}}
    assert run(judge(**bounded), tool("read_a"), tool("read_b"), tool("write"), tool("write")) is None
    assert run(judge(**bounded), tool("read_a"), tool("read_b"), tool("write"), tool("read_c")) == (3, "max_tool_calls")
    assert run(judge(**bounded), *[tool("write")] * 5) == (4, "max_tool_calls")
    breach = made(bounded_to(1), tool("read_x"))
    assert breach.found == "2 calls of read_*"


def bounded_to(limit):
    bounded = judge(max_tool_calls={"read_*": limit})
    run(bounded, *[tool("read_a")] * limit)
    return bounded


def test_what_a_tool_does_in_its_turn_is_no_step_but_a_model_call():
    assert run(judge(max_steps=1), tool(), model(depth=1), model(depth=1)) is None
    assert run(judge(max_model_calls=1), tool(), model(depth=1), model(depth=1)) == (2, "max_model_calls")


def test_agents_lie_so_deep_in_agents():
    assert run(judge(max_depth=0), model(), tool(), request()) is None
    assert run(judge(max_depth=0), model(), model(depth=1)) == (1, "max_depth")
    assert run(judge(max_depth=2), model(depth=2), model(depth=3)) == (1, "max_depth")


def test_a_tool_in_a_tool_is_no_agent():
    assert run(judge(max_depth=0), tool(), tool(depth=1), tool(depth=2)) is None


def test_a_call_that_failed_was_made():
    bounded = judge(max_model_calls=1)
    assert made(bounded, model(), failed=True) is None
    assert made(bounded, model(), Usage(1, 1)).rule == "max_model_calls"
