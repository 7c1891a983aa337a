import json
import math
import random
import time

import pytest
from diff_samples import KEYS, VALUES, conversation, fresh, renamed
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.diff.equality import equal
from pytest_oao.diff.ignore import parse_ignore
from pytest_oao.diff.renaming import Renaming

A, B, C = (fresh(number) for number in range(3))


def same(one, other, renaming=None, **more):
    return equal(one, other, renaming or Renaming(), **more)


@given(VALUES)
def test_everything_equals_itself(value):
    assert same(value, json.loads(json.dumps(value))).equal


@given(VALUES, VALUES)
def test_it_is_symmetric(one, other):
    forth, back = same(one, other), same(other, one)
    assert forth.equal == back.equal
    assert sorted(forth.pairs) == sorted((recorded, live) for live, recorded in back.pairs)


@given(VALUES)
def test_a_consistent_renaming_is_equal_and_so_is_its_inverse(value):
    one = {"id": A, "parts": [value, f"as {A} said"], "args": json.dumps({"for": A})}
    other = renamed(one, {A: B})
    verdict = same(one, other)
    assert verdict.equal
    assert verdict.pairs == ((A, B),)
    renaming = Renaming()
    renaming.commit(verdict.pairs)
    assert same(other, one, Renaming(pairs=[(B, A)])).equal
    assert not same(one, renamed(one, {A: C}), renaming).equal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([A, A], [A, B]),
        ([A, A], [B, A]),
        ([A, A], [B, C]),
        ([A, B], [C, C]),
        ([A, B], [B, B]),
        ([f"x {A} and {A}"], [f"x {A} and {B}"]),
        ([A, {"k": [f"as {A} said"]}], [B, {"k": [f"as {A} said"]}]),
        ([A, B, C], [B, A, C, C]),
        ([json.dumps({"a": A}), A], [json.dumps({"a": B}), A]),
    ],
)
def test_an_inconsistent_renaming_is_not_equal(one, other):
    assert not same(one, other).equal
    assert not same(other, one).equal


def test_two_ids_may_swap_when_they_do_so_everywhere():
    assert same([A, B, A], [B, A, B]).equal
    assert not same([A, B, A], [B, A, A]).equal


def test_a_failed_comparison_leaves_the_renaming_as_it_was():
    renaming = Renaming()
    assert not same({"a": A, "b": 1}, {"a": B, "b": 2}, renaming).equal
    assert same({"a": A}, {"a": C}, renaming).equal
    assert renaming.pairs == ()


def test_an_id_that_the_agent_was_served_stands_for_itself():
    renaming = Renaming(lambda name: name == A)
    assert not same({"tool_call_id": A}, {"tool_call_id": B}, renaming).equal
    assert same({"tool_call_id": A}, {"tool_call_id": A}, renaming).equal


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.randoms())
def test_key_order_is_free_also_in_strings(value, rng):
    def shuffled(inner):
        if isinstance(inner, dict):
            items = [(key, shuffled(item)) for key, item in inner.items()]
            rng.shuffle(items)
            return dict(items)
        return [shuffled(item) for item in inner] if isinstance(inner, list) else inner

    one = {"value": value, "text": json.dumps(value)}
    other = {"text": json.dumps(shuffled(value), indent=2), "value": shuffled(value)}
    assert same(one, other).equal


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        (True, 1, "$"),
        ({"a": [1, {"b": False}]}, {"a": [1, {"b": 0}]}, "$.a[1].b"),
        ([0, True], [0, 1], "$[1]"),
        (None, False, "$"),
        ({"a": None}, {}, "$.a"),
        ({}, {"b c": 1}, "$['b c']"),
        ([1, 2], [1], "$[1]"),
        ([], {}, "$"),
        ("1", 1, "$"),
        ('{"a": [1, 2]}', '{"a": [1, 3]}', "$.a[1]"),
        ({"a": 1, "b": 2}, {"b": 3, "a": 0}, "$.a"),
        ({"model": "gpt-a1b2c3d4e5"}, {"model": "gpt-z9y8x7w6v5"}, "$.model"),
        ({"a": "Sent at 10:15"}, {"a": "Sent at 10:16"}, "$.a"),
        (float("nan"), 1.0, "$"),
    ],
)
def test_the_first_place_that_differs_is_named(one, other, path):
    verdict = same(one, other)
    assert (verdict.equal, verdict.path, verdict.pairs) == (False, path, ())


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), ([math.nan], [math.nan]), ({"a": 2.0}, {"a": 2}), ("", "")])
def test_numbers_are_equal_by_value(one, other):
    assert same(one, other).equal


def tool(name, **more):
    return {"type": "function", "function": {"name": name, "parameters": more}}


def test_tools_are_compared_by_name_and_a_new_order_is_told():
    one = {"tools": [tool("search"), tool("read", path="str")]}
    other = {"tools": [tool("read", path="str"), tool("search")]}
    verdict = same(one, other)
    assert verdict.equal
    assert verdict.notes == ("$.tools came in another order (their order is not compared)",)
    other["tools"][0]["function"]["parameters"] = {"path": "int"}
    assert same(one, other).path == "$.tools[1].function.parameters.path"
    assert same(one, {"tools": [tool("search")]}).path == "$.tools[1]"
    assert not same({"inner": one}, {"inner": {"tools": one["tools"][::-1]}}).equal


def test_ignored_paths_are_left_out():
    one = {"metadata": {"request_id": 1, "user": "x"}, "messages": [{"at": 1, "text": "hi"}, {"at": 2}]}
    other = {"metadata": {"request_id": 2, "user": "x"}, "messages": [{"at": 9, "text": "hi"}, {}]}
    ignore = parse_ignore(["$.metadata.request_id", "$..at"])
    assert same(one, other, ignore=ignore).equal
    assert same(one, other, ignore=parse_ignore(["$..at"])).path == "$.metadata.request_id"
    assert same({"a": [1, 2]}, {"a": [1]}, ignore=parse_ignore(["$.a[1]"])).equal
    assert same({"a": '{"t": 1}'}, {"a": '{"t": 2}'}, ignore=parse_ignore(["$.a.t"])).equal


def test_depth_is_no_limit():
    def nested(depth, leaf):
        value = [leaf]
        for _ in range(depth):
            value = [value]
        return value

    assert same(nested(3_000, 1), nested(3_000, 1)).equal
    assert same(nested(3_000, 1), nested(3_000, 2)).path.count("[0]") == 3_001


def test_equal_requests_cost_little_more_than_comparing_them():
    one = conversation(200, 1_000_000)
    other = json.loads(json.dumps(one))
    best = min(_seconds(lambda: same(one, other)) for _ in range(5))
    assert best < 0.02


def test_many_fresh_ids_do_not_slow_a_comparison_down():
    rng = random.Random(1)
    one = {"messages": [{"id": fresh(rng.random()), "text": "x" * 500} for _ in range(1_000)]}
    other = {"messages": [{"id": fresh(rng.random()), "text": "x" * 500} for _ in range(1_000)]}
    start = time.process_time()
    assert len(same(one, other).pairs) == 1_000
    assert time.process_time() - start < 1


def _seconds(act):
    start = time.process_time()
    act()
    return time.process_time() - start
