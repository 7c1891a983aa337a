"""Agents of LangChain and LangGraph, recorded and replayed without a model and without a world, and mutated."""

import pytest
from framework_harness import Agent, Runs, every_case, every_mutant, require_divergence, require_same

import pytest_oao

pytest.importorskip("langgraph_supervisor")

AGENTS = [Agent.of(f"langgraph_{name}") for name in ("react", "crew", "desk", "branches", "interrupt")]
CERTAIN = [case for case in every_case(AGENTS) if "branches" not in case.id]
"""Whose tools come to the same in each run."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return Runs.of(tmp_path_factory.mktemp("langgraph"), AGENTS)


@pytest.fixture(scope="module")
def performed(runs):
    """Run every agent with its tools live, and with its tools verified; sets have another order than ever before."""
    return runs.again("test_live or test_verify", PYTHONHASHSEED="1")


@pytest.fixture(scope="module")
def replayed_again(runs):
    return runs.again("test_replay", PYTHONHASHSEED="2")


@pytest.mark.parametrize("case", every_case(AGENTS))
def test_a_replay_comes_to_the_same_without_a_model_and_without_a_world(runs, case):
    require_same(runs, case)


@pytest.mark.parametrize(("mutant", "expected"), every_mutant(AGENTS))
def test_a_mutation_is_named_at_its_call(runs, mutant, expected):
    require_divergence(runs, mutant, expected)


@pytest.mark.parametrize("case", every_case(AGENTS))
def test_it_does_so_each_time_whatever_order_sets_have_and_however_it_is_scheduled(runs, replayed_again, case):
    assert replayed_again.output("test_replay", case) == runs.recorded.output("test_run", case)
    assert replayed_again.log("test_replay", case) == runs.recorded.log("test_run", case)
    assert replayed_again.real == []


@pytest.mark.parametrize("test", ["test_live", "test_verify"])
@pytest.mark.parametrize("case", CERTAIN)
def test_tools_are_put_under_test_again_while_the_model_is_replayed(runs, performed, test, case):
    assert performed.output(test, case) == runs.recorded.output("test_run", case)
    assert {*performed.log(test, case, inner=True)} == {*runs.recorded.log("test_run", case, inner=True)}
    assert performed.real


def test_a_tool_that_comes_to_something_else_each_time_is_told(performed):
    verified = performed.divergence("test_verify", "langgraph_branches-invoke")
    assert verified["name"] == "tool outcome changed"
    assert verified["actual"] in {"weigh", "look"}
    live = performed.divergence("test_live", "langgraph_branches-invoke")
    assert live["name"] == "request changed"
    assert performed.divergence("test_live", "langgraph_desk-invoke") is None


def test_each_tool_is_tied_to_the_model_call_that_asked_for_it(runs):
    session = pytest_oao.load(runs.cassette("langgraph_desk-invoke"))
    by_seq = {one.seq: one for one in session.exchanges}
    tools = [one for one in session.exchanges if one.call.kind == "execute_tool"]
    asked = {
        one.call.target: by_seq[one.call.caused_by].call.body.json()["messages"][0]["content"]
        for one in tools
        if one.call.caused_by
    }
    assert asked == {
        "research": "You are the desk.",
        "write": "You are the desk.",
        "find": "You are the desk.",
        "close": "You are the desk.",
        "open_page": "You are the desk.",
    }
    inner = {(one.call.target, by_seq[one.call.parent].call.target) for one in session.exchanges if one.call.parent}
    model = "POST /chat/completions"
    assert inner == {(model, "research"), (model, "write"), ("open_page", "research")}


@pytest.mark.parametrize("test", ["test_run", "test_replay"])
def test_each_tool_has_what_the_model_said_and_thought_before_it(runs, test):
    run = runs.recorded if test == "test_run" else runs.replayed
    look = ["I look at the weather and at the fares.", "The weather and the fares are two questions."]
    assert run.reasons(test, "langgraph_react-invoke") == [
        ["book", "Now I book.", ""],
        ["book", "Then the other one.", ""],
        ["calendar", "", ""],
        ["fares", *look],
        ["fares", *look],
        ["profile", "", ""],
        ["weather", *look],
    ]
