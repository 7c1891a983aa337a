import asyncio
import math
import pickle
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.errors import BadPolicy, Diverged, PolicyViolation
from pytest_oao.policy.checks import CHECKS, OF_AGENTS
from pytest_oao.policy.policies import Policy, policy_hash
from pytest_oao.policy.retries import Retry

COUNTS = ["max_steps", "max_model_calls", "max_tool_calls", "max_tokens", "max_input_tokens", "max_output_tokens"]
COUNTS += ["max_retries", "max_depth"]
TOOLS = ["allowed_tools", "denied_tools", "require_approval", "require_rationale", "idempotent", "checkpoint_before"]
NUMBERS = ["max_cost_usd", "max_seconds", "max_context_pressure"]


def refused(**told):
    with pytest.raises(BadPolicy) as refusal:
        Policy(**told)
    return f"{refusal.value.where}: {refusal.value.what}; {refusal.value.remedy}"


def test_every_field_has_its_check():
    assert {field.name for field in fields(Policy)} == {*CHECKS, "agents", "retry"}


@pytest.mark.parametrize("key", COUNTS)
@pytest.mark.parametrize(
    ("value", "what"),
    [
        (-1, "-1 is negative"),
        (True, "True is no whole number"),
        ("7", "'7' is no whole number; write 7 without quotes"),
        (1.5, "1.5 is no whole number"),
        (math.nan, "nan is no whole number"),
        (math.inf, "inf is no whole number"),
        ([3], r"\[3\] is no whole number"),
    ],
)
def test_a_count_is_a_whole_number_from_0(key, value, what):
    with pytest.raises(BadPolicy, match=f"^policy: {key}: ") as refusal:
        Policy(**{key: value})
    assert what.replace("\\", "") in f"{refusal.value.what}; {refusal.value.remedy}"


@pytest.mark.parametrize("key", COUNTS)
def test_a_count_may_be_0_and_is_kept_as_a_whole_number(key):
    assert getattr(Policy(**{key: 0}), key) == 0
    assert type(getattr(Policy(**{key: 1e3}), key)) is int


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", [-0.1, 10**400, True, "0.4", math.nan, math.inf, [], 101])
def test_an_amount_is_a_number_that_can_be_reached(key, value):
    if key == "max_context_pressure" or value != 101:
        assert key in refused(**{key: value})


def test_an_amount_is_whole_or_not():
    assert Policy(max_cost_usd=1, max_seconds=2.5).max_cost_usd == 1
    assert Policy(max_cost_usd=Decimal("0.4")).max_cost_usd == 0.4


def test_a_share_is_above_0_up_to_1():
    assert Policy(max_context_pressure=1).max_context_pressure == 1
    assert "0 is no share" in refused(max_context_pressure=0)
    assert "80 is no share of a window: those are above 0, up to 1; write 0.8" in refused(max_context_pressure=80)


@pytest.mark.parametrize("key", TOOLS)
@pytest.mark.parametrize("value", ["search", {"search"}, 3, [3], [""], [" a"], ["f["], ["f(a"], [{"tool": "f"}]])
def test_tools_are_a_list_of_patterns(key, value):
    assert refused(**{key: value}).startswith(f"policy: {key}")


def test_a_list_that_is_a_text_is_told_what_was_meant():
    assert "'search' is no list; write ['search']" in refused(denied_tools="search")


@pytest.mark.parametrize("key", ["allowed_tools", "allowed_models", "allowed_hosts"])
def test_a_list_of_what_is_allowed_is_not_empty(key):
    assert "the list is empty, which would let nothing through" in refused(**{key: []})


@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("https://api.example.com/v1", "more than a host; write 'api.example.com'"),
        ("api.example.com/v1", "more than a host; write 'api.example.com'"),
        ("user@example.com", "more than a host; write 'example.com'"),
        ("api.example.com:443", "without their ports; write 'api.example.com'"),
        ("[::1]:80", "without their ports; write '::1'"),
        ("API.example.com", "small letters; write 'api.example.com'"),
        (" a.b", "blanks around it; write 'a.b'"),
        ("a(b=c)", "no name"),
    ],
)
def test_a_host_is_a_name_or_an_address(host, what):
    assert what in refused(allowed_hosts=[host])


def test_hosts_may_be_globs_and_addresses():
    hosts = ("*.example.com", "api[12].example.com", "::1", "127.0.0.1")
    assert Policy(allowed_hosts=hosts).allowed_hosts == hosts


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"max_repeats": {"in_row": 3}}, "max_repeats.in_row: unknown key in_row; did you mean in_a_row?"),
        ({"max_repeats": 0}, "max_repeats: 0 is too small"),
        ({"max_repeats": {"total": 0}}, "max_repeats.total: 0 is too small"),
        ({"max_repeats": {}}, "max_repeats: the mapping is empty"),
        ({"max_tool_calls": {"search": -1}}, "max_tool_calls.search: -1 is negative"),
        ({"max_tool_calls": {"f(a=b)": 1}}, "'f(a=b)' is no name"),
        ({"max_tool_calls": {3: 1}}, "max_tool_calls.3: 3 is no pattern"),
        ({"rate": "60/minute"}, "rate: '60/minute' has the unknown unit minute; did you mean min?"),
        ({"rate": {"search": 5}}, "rate.search: 5 is no rate"),
        ({"require_before": {"write": "validate"}}, "require_before.write: 'validate' is no list"),
        ({"require_before": {"write": []}}, "require_before.write: the list is empty"),
        ({"require_before": ["validate"]}, "require_before: ['validate'] is no mapping"),
        ({"allowed_models": ["gpt-5 "]}, "allowed_models[0]: 'gpt-5 ' never matches: it has blanks around it"),
        ({"name": 3}, "name: 3 is no text"),
        ({"name": "a\nb"}, "more than a line"),
        ({"agents": ["helper"]}, "agents: ['helper'] is no mapping"),
        ({"agents": {"helper": {"max_steps": 3}}}, "agents.helper: {'max_steps': 3} is no Policy"),
        ({"agents": {"": Policy()}}, "agents.: '' never matches"),
        ({"retry": {"max_retries": 3}}, "retry: {'max_retries': 3} is no Retry"),
    ],
)
def test_what_a_field_cannot_be(told, what):
    assert what in refused(**told)


def test_a_refusal_names_the_policy():
    assert refused(name="strict", max_steps=-1).startswith("policy 'strict': max_steps: -1 is negative")


def test_lists_and_mappings_are_kept_as_they_were_given():
    tools, calls, schema = ["search"], {"search": 3}, {"tool": "f", "arguments": {"required": ["a"]}}
    policy = Policy(allowed_tools=tools, max_tool_calls=calls, denied_tools=[schema])
    tools.append("write")
    calls["search"] = 9
    schema["arguments"]["required"].clear()
    assert policy.allowed_tools == ("search",)
    assert policy.max_tool_calls == {"search": 3}
    assert policy.denied_tools == ({"tool": "f", "arguments": {"required": ["a"]}},)


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (
            {"allowed_tools": ["a", "b"], "denied_tools": ["b"]},
            "allowed_tools[1]: 'b' never matches: it is in denied_tools, too",
        ),
        ({"allowed_tools": ["write_x"], "denied_tools": ["write_*"]}, "denied_tools has write_*, which covers it"),
        (
            {"allowed_tools": ["w(path=prod/x)"], "denied_tools": ["w(path=prod/**)"]},
            'w(path="prod/**"), which covers it',
        ),
        (
            {"max_tool_calls": {"b*": 1}, "denied_tools": ["b*"]},
            "max_tool_calls.b*: 'b*' never matches: it is in denied_tools",
        ),
        (
            {"max_tool_calls": {"b*": 1}, "allowed_tools": ["a"]},
            "max_tool_calls.b*: 'b*' never matches: allowed_tools has only a",
        ),
        (
            {"rate": {"b": "1/s"}, "allowed_tools": ["a*", "c"]},
            "rate.b: 'b' never matches: allowed_tools has only a*, c",
        ),
        *(
            ({gate: ["b"], "denied_tools": ["?"]}, f"{gate}[0]: 'b' never matches: denied_tools has ?, which covers it")
            for gate in TOOLS[2:]
        ),
        ({"require_before": {"b": ["a"]}, "denied_tools": ["b"]}, "require_before.b: 'b' never matches"),
        (
            {"require_before": {"b": ["a"]}, "denied_tools": ["a"]},
            "require_before.b[0]: 'b' can never run: 'a' must have succeeded before",
        ),
        (
            {"require_before": {"b": ["a"]}, "allowed_tools": ["b"]},
            "'b' can never run: 'a' must have succeeded before, and allowed_tools has only b",
        ),
        ({"require_before": {"b": ["b"]}}, "require_before.b: 'b' can never run: 'b' needs 'b'"),
        ({"require_before": {"write_*": ["write_check"]}}, "'write_*' needs 'write_check', which is one of 'write_*'"),
        ({"require_before": {"*": ["validate"]}}, "'*' needs 'validate', which is one of '*'"),
        ({"require_before": {"a": ["b"], "b": ["c"], "c": ["a"]}}, "'a' needs 'b' needs 'c' needs 'a'"),
        ({"require_before": {"x": ["y"], "a*": ["bb"], "b*": ["aa"]}}, "require_before.a*: 'a*' can never run"),
        (
            {"max_retries": 1, "retry": Retry(max_retries=2)},
            "retry.max_retries: 2 retries are more than max_retries allows, which is 1",
        ),
        (
            {"agents": {"h": Policy(max_steps=3)}},
            "agents.h.max_steps: limits, retries and agents are told for the whole run",
        ),
        ({"agents": {"h": Policy(retry=Retry())}}, "agents.h.retry: limits"),
        ({"agents": {"h": Policy(agents={"i": Policy()})}}, "agents.h.agents: limits"),
        (
            {"agents": {"h": Policy(allowed_tools=["a"])}, "denied_tools": ["a"]},
            "agents.h.allowed_tools[0]: 'a' never matches",
        ),
        (
            {"agents": {"h": Policy(allowed_tools=["a"])}, "allowed_tools": ["b"]},
            "agents.h.allowed_tools[0]: 'a' never matches: allowed_tools has only b",
        ),
        (
            {"agents": {"h": Policy(idempotent=["a"])}, "allowed_tools": ["b"]},
            "agents.h.idempotent[0]: 'a' never matches",
        ),
    ],
)
def test_rules_that_exclude_each_other_are_refused(told, what):
    assert what in refused(**told)


@pytest.mark.parametrize(
    "told",
    [
        {"allowed_tools": ["write*"], "denied_tools": ["write(path=prod/**)", "write_all"]},
        {"allowed_tools": ["write(path=**)"], "denied_tools": ["write(path=prod/**)"], "require_approval": ["write"]},
        {"max_tool_calls": {"*": 20, "search": 3}, "allowed_tools": ["search", "read"]},
        {"max_tool_calls": {"b": 1}, "denied_tools": ["b(path=x)"]},
        {"require_before": {"write*": ["validate"], "validate": ["read"]}},
        {"require_before": {"a": ["b*"], "bb": ["a"]}},
        {
            "agents": {
                "h*": Policy(
                    name="h",
                    **{key: ["a"] for key in OF_AGENTS if key not in {"name", "require_before", "allowed_hosts"}}
                    | {"denied_tools": ["z"]},
                )
            }
        },
        {"max_retries": 2, "retry": Retry(max_retries=2)},
        {"denied_tools": ["*"], "retry": Retry()},
    ],
)
def test_rules_that_do_not_exclude_each_other_are_taken(told):
    assert Policy(**told)


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"max_retries": -1}, "max_retries: -1 is negative"),
        ({"max_retries": True}, "max_retries: True is no whole number"),
        ({"initial_delay": -0.1}, "initial_delay: -0.1 is negative"),
        ({"initial_delay": math.nan}, "initial_delay: nan is no limit"),
        ({"backoff": 0.5}, "backoff: 0.5 is below 1"),
        ({"on": []}, "on: the list is empty"),
        ({"on": "ValueError"}, "on: 'ValueError' is no list; write ['ValueError']"),
        ({"on": [200]}, "on[0]: 200 is no HTTP status of a failure"),
        ({"on": [600]}, "on[0]: 600 is no HTTP status"),
        ({"on": [True]}, "on[0]: True is no whole number"),
        ({"on": [3.5]}, "on[0]: 3.5 is no whole number"),
        ({"on": [int]}, "on[0]: <class 'int'> is no whole number"),
        ({"on": ["no name"]}, "on[0]: 'no name' is no name of an exception"),
        ({"on": [""]}, "is no name of an exception"),
        ({"on": [ValueError, KeyboardInterrupt]}, "on[1]: KeyboardInterrupt ends a run, and is never retried"),
        ({"on": ["BaseException"]}, "on[0]: BaseException ends a run"),
        ({"on": [BaseException]}, "on[0]: BaseException ends a run"),
        ({"on": [PolicyViolation]}, "on[0]: PolicyViolation ends a run"),
        ({"on": [Diverged]}, "on[0]: Diverged ends a run"),
        ({"on": ["pytest_oao.PolicyViolation"]}, "ends a run"),
        ({"on": [asyncio.CancelledError]}, "on[0]: CancelledError ends a run"),
        ({"tools": ["f(a=b)"]}, "tools[0]: 'f(a=b)' is no name"),
    ],
)
def test_a_retry_that_cannot_be_is_refused(told, what):
    with pytest.raises(BadPolicy) as refusal:
        Retry(**told)
    assert refusal.value.where == "Retry"
    assert what in f"{refusal.value.what}; {refusal.value.remedy}"


def test_a_retry_keeps_what_it_was_given():
    retry = Retry(max_retries=0, backoff=1, on=[ValueError, "httpx.ConnectError", 503], tools=[])
    assert retry.on == (ValueError, "httpx.ConnectError", 503)
    assert retry.tools == ()


def test_what_the_upper_policy_says_wins():
    base = Policy(name="base", max_steps=10, max_cost_usd=1, allowed_models=["gpt-5*"], rate="60/min")
    both = base.extended(Policy(name="strict", max_steps=5, allowed_models=["gpt-5-mini"], rate={"search": "1/s"}))
    assert both == Policy(
        name="strict", max_steps=5, max_cost_usd=1, allowed_models=["gpt-5-mini"], rate={"search": "1/s"}
    )
    assert base.extended(Policy()) == base
    assert Policy().extended(base) == base


def test_a_zero_is_said():
    assert Policy(max_retries=3).extended(Policy(max_retries=0)).max_retries == 0


def test_denials_and_gates_add_up():
    one = {"denied_tools": ["a", "b"], "require_before": {"w": ["x"]}, "require_approval": ["p"]}
    other = {"denied_tools": ["b", "c"], "require_before": {"w": ["y"], "v": ["x"]}, "require_approval": ["q"]}
    both = Policy(**one).extended(Policy(**other))
    assert both.denied_tools == ("a", "b", "c")
    assert both.require_before == {"w": ("x", "y"), "v": ("x",)}
    assert both.require_approval == ("p", "q")


@pytest.mark.parametrize(
    "gate", ["require_approval", "require_rationale", "idempotent", "checkpoint_before", "denied_tools"]
)
def test_no_gate_is_lifted_by_saying_nothing_or_something_else(gate):
    both = Policy(**{gate: ["a"]}).extended(Policy(**{gate: ["b"]})).extended(Policy())
    assert getattr(both, gate) == ("a", "b")


@pytest.mark.parametrize(
    ("lower", "upper", "both"),
    [
        (20, {"search": 3}, {"*": 20, "search": 3}),
        ({"*": 20, "search": 3}, 30, {"*": 30, "search": 3}),
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        (20, 30, 30),
        (None, {"a": 1}, {"a": 1}),
        ({"a": 1}, None, {"a": 1}),
    ],
)
def test_limits_by_tool_are_put_together(lower, upper, both):
    assert Policy(max_tool_calls=lower).extended(Policy(max_tool_calls=upper)).max_tool_calls == both


def test_repeats_and_rates_are_put_together():
    assert Policy(max_repeats=3).extended(Policy(max_repeats={"total": 9})).max_repeats == {"in_a_row": 3, "total": 9}
    assert Policy(rate={"a": "1/s"}).extended(Policy(rate={"b": "2/s"})).rate == {"a": "1/s", "b": "2/s"}


def test_agents_are_put_together_by_name():
    base = Policy(agents={"h": Policy(denied_tools=["a"], allowed_models=["x"]), "i": Policy(denied_tools=["i"])})
    both = base.extended(Policy(agents={"h": Policy(denied_tools=["b"], allowed_models=["y"]), "j": Policy()}))
    assert both.agents == {
        "h": Policy(denied_tools=["a", "b"], allowed_models=["y"]),
        "i": Policy(denied_tools=["i"]),
        "j": Policy(),
    }


def test_what_the_upper_policy_leaves_nothing_to_is_dropped_from_the_lower():
    base = Policy(
        allowed_tools=["search", "write"],
        require_approval=["write"],
        max_tool_calls={"write": 3},
        require_before={"write": ["search"]},
        agents={"h": Policy(allowed_tools=["search", "write"], checkpoint_before=["write"])},
    )
    both = base.extended(Policy(denied_tools=["wr*"]))
    assert both == Policy(
        allowed_tools=["search"], denied_tools=["wr*"], agents={"h": Policy(allowed_tools=["search"])}
    )
    only = base.extended(Policy(allowed_tools=["search"], agents={"h": Policy(allowed_tools=["search"])}))
    assert only == Policy(allowed_tools=["search"], agents={"h": Policy(allowed_tools=["search"])})


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ({"denied_tools": ["a"]}, {"allowed_tools": ["a"]}),
        ({"allowed_tools": ["a"]}, {"denied_tools": ["*"]}),
        ({"denied_tools": ["a"]}, {"require_approval": ["a"]}),
        ({"require_before": {"a": ["b"]}}, {"require_before": {"b": ["a"]}}),
        ({"require_before": {"a": ["b"]}}, {"denied_tools": ["b"]}),
        ({"max_retries": 1}, {"retry": Retry(max_retries=2)}),
    ],
)
def test_policies_that_exclude_each_other_cannot_be_put_together(lower, upper):
    with pytest.raises(BadPolicy):
        Policy(**lower).extended(Policy(**upper))


LIMITS = st.builds(
    Policy,
    max_steps=st.none() | st.integers(0, 9),
    max_tool_calls=st.none()
    | st.integers(0, 9)
    | st.dictionaries(st.sampled_from("*ab"), st.integers(0, 9), min_size=1),
    denied_tools=st.lists(st.sampled_from(["x", "y*", "z(path=**)"]), unique=True),
    idempotent=st.lists(st.sampled_from(["a", "b*"]), unique=True),
)


@given(LIMITS, LIMITS, LIMITS)
def test_it_is_the_same_whichever_two_are_put_together_first(one, two, three):
    assert one.extended(two).extended(three) == one.extended(two.extended(three))


@given(LIMITS)
def test_a_policy_upon_itself_is_itself(policy):
    assert policy.extended(policy) == policy
    assert replace(policy) == policy


def test_what_is_set_is_told_as_plain_json():
    policy = Policy(
        name="strict",
        max_steps=0,
        max_cost_usd=1,
        denied_tools=["a", {"tool": "f", "arguments": {"minProperties": 1}}],
        agents={"h": Policy(idempotent=["b"])},
        retry=Retry(on=[ValueError, PathologicalError, "httpx.ConnectError", 503]),
    )
    assert policy.canonical == {
        "name": "strict",
        "max_steps": 0,
        "max_cost_usd": 1.0,
        "denied_tools": ["a", {"tool": "f", "arguments": {"minProperties": 1}}],
        "agents": {"h": {"idempotent": ["b"]}},
        "retry": {
            "max_retries": 2,
            "initial_delay": 0.5,
            "backoff": 2.0,
            "on": ["ValueError", f"{__name__}.PathologicalError", "httpx.ConnectError", 503],
            "tools": ["*"],
        },
    }
    assert Policy().canonical == {}


class PathologicalError(Exception):
    """One of a test's own."""


def test_equal_rules_have_one_hash_and_others_another():
    one = Policy(name="a", max_cost_usd=1, max_tool_calls={"a": 1, "b": 2}, denied_tools=["x"])
    same = Policy(name="b", max_cost_usd=1.0, max_tool_calls={"b": 2, "a": 1}, denied_tools=("x",))
    assert policy_hash(one) == policy_hash(same)
    assert len({policy_hash(each) for each in (one, Policy(), Policy(max_steps=0), Policy(max_tokens=0))}) == 4
    assert policy_hash(Policy(retry=Retry())) != policy_hash(Policy(retry=Retry(tools=[])))


def test_a_policy_can_be_sent_to_another_process():
    policy = Policy(denied_tools=["a"], agents={"h": Policy()}, retry=Retry(on=[ValueError]))
    assert pickle.loads(pickle.dumps(policy)) == policy
