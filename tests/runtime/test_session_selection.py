from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.errors import BadOption
from pytest_oao.runtime.session_facts import SessionFacts, facts_from
from pytest_oao.runtime.session_selection import Selection, require_sound

ONE = SessionFacts(
    "one", ("prod", "eu"), ("gpt-5-mini",), ("search",), "passed", 0.2, "2026-11-02T10:00:00+00:00", "a", {"user": "u1"}
)
TWO = SessionFacts("two", ("test",), ("claude-4",), (), "failed", None, "", "a")
THREE = SessionFacts("three", (), (), ("search", "book"), "unknown", 1.5, "2026-12-01T10:00:00+00:00", "b", {"user": 7})
ALL = [ONE, TWO, THREE]


def chosen(**told):
    return [one.id for one in Selection(**told).chosen(ALL, lambda one: one)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (None, ["one", "two", "three"]),
        ({"tag": "prod"}, ["one"]),
        ({"tag": ["prod", "test"]}, ["one", "two"]),
        ({"tag": "!prod"}, ["two", "three"]),
        ({"model": "gpt-*"}, ["one"]),
        ({"tool": "search", "tag": "eu"}, ["one"]),
        ({"status": ["failed", "unknown"]}, ["two", "three"]),
        ({"id": "t*"}, ["two", "three"]),
        ({"cost": "> 0.10"}, ["one", "three"]),
        ({"cost": "<= $0.2"}, ["one"]),
        ({"cost": 1}, ["three"]),
        ({"date": ">= 2026-11-15"}, ["three"]),
        ({"date": "< 2026-11-15"}, ["one"]),
        ({"cost": 0.2}, ["one", "three"]),
        ({"date": "== 2026-11-02"}, ["one"]),
        ({"date": "<= 2026-11-02"}, ["one"]),
        ({"date": "> 2026-11-02"}, ["three"]),
        ({"date": "== 2026-11"}, ["one"]),
        ({"date": "> 2025"}, ["one", "three"]),
        ({"date": "<= 2026-11-02T11:00:00+01:00"}, ["one"]),
        ({"date": "< 2026-11-02 10:00"}, []),
        ({"date": date(2026, 11, 3)}, ["three"]),
        ({"date": datetime(2026, 11, 2, 10, tzinfo=UTC)}, ["one", "three"]),
        ({"tag": {"prod"}}, ["one"]),
        ({"metadata.user": [7, "u1"]}, ["one", "three"]),
        ({"metadata.user": "u*"}, ["one"]),
        ({"metadata.user": 7}, ["three"]),
        ({"metadata.none": "*"}, []),
        (lambda facts: "book" in facts.tools, ["three"]),
    ],
)
def test_sessions_are_chosen_by_their_facts(where, expected):
    assert chosen(where=where) == expected


def test_of_those_that_did_the_same_the_first_is_kept():
    assert chosen(distinct=True) == ["one", "three"]
    assert chosen(distinct=True, where={"id": "t*"}) == ["two", "three"]


@given(st.sets(st.text(min_size=1), min_size=1, max_size=30), st.integers(0, 5), st.integers(0, 30))
def test_a_sample_is_the_same_each_time_and_hardly_changes_when_a_session_is_added(names, seed, most):
    facts = [SessionFacts(name) for name in sorted(names)]
    sample = Selection(sample=most, seed=seed).chosen(facts, lambda one: one)
    assert sample == Selection(sample=most, seed=seed).chosen(facts, lambda one: one)
    assert len(sample) == min(most, len(facts))
    assert [one for one in facts if one in sample] == sample
    more = Selection(sample=most, seed=seed).chosen([*facts, SessionFacts("\0new")], lambda one: one)
    assert len([one for one in sample if one not in more]) <= 1


def test_a_part_may_be_asked_for():
    facts = [SessionFacts(str(n)) for n in range(100)]
    assert len(Selection(sample=0.25).chosen(facts, lambda one: one)) == 25
    assert Selection(sample=0.25, seed=1).chosen(facts, lambda one: one) != Selection(sample=0.25).chosen(
        facts, lambda one: one
    )


TEXT = [5, None, True, b"prod", {"a": 1}, [], ["prod", 5], "", "!", ["prod", ""]]
COST = ["lots", "", ">", "nan", "inf", "> 1, < 2", "!0.1", None, True, [0.1], {"min": 1}]
DATE = [
    "nonsense",
    ">= nonsense",
    "",
    ">=",
    "2026-13",
    "2026-02-30",
    "26-11-01",
    "20261101",
    "yesterday",
    "2026-11-01T25:00",
]
WRONG = {
    **dict.fromkeys(("tag", "model", "tool", "id"), TEXT),
    "status": [*TEXT, "error", ["passed", "ok"]],
    "cost": COST,
    "date": [*DATE, 2026, 20261101.0, None, True, ["2026-11-01"]],
    "metadata.user": [None, b"u1", [], [None], {"a": 1}, str.upper],
    "metadata.": ["x"],
    "metadata": ["x"],
    "tags": ["x"],
    7: ["x"],
}


@pytest.mark.parametrize(("key", "wanted"), [(key, wanted) for key, values in WRONG.items() for wanted in values])
def test_what_a_key_cannot_be_is_refused_and_names_the_test_the_key_and_a_way_out(key, wanted):
    with pytest.raises(BadOption) as refused:
        require_sound(Selection(where={"tag": "prod", key: wanted}), "test_it.py::test_it")
    assert refused.value.where == "test_it.py::test_it"
    assert f"where={{{key!r}: " in refused.value.what
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("told", "named"),
    [({"sample": wanted}, "sample=") for wanted in (-1, 1.5, True, "50", float("nan"), [1])]
    + [({"where": wanted}, "neither a dict nor a function") for wanted in ("prod", ["prod"], 5, {"prod"})]
    + [({"seed": wanted}, "seed=") for wanted in ("x", None, 1.5)]
    + [({"distinct": wanted}, "distinct=") for wanted in ("yes", None, 1)],
)
def test_what_cannot_be_meant_is_refused(told, named):
    with pytest.raises(BadOption, match=named) as refused:
        require_sound(Selection(**told), "test_it")
    assert refused.value.where == "test_it"


def test_what_a_function_raises_is_told_with_the_session_it_was_asked_about():
    selection = Selection(where=lambda facts: facts.cost > 0.1)
    with pytest.raises(BadOption, match=r"raised TypeError.*of session two") as refused:
        selection.chosen(ALL, lambda one: one, "test_it")
    assert (refused.value.where, "cost may be None" in refused.value.remedy) == ("test_it", True)


def test_a_selection_is_told_as_it_was_written_and_the_same_in_each_run():
    assert str(Selection({"tag": "a"}, 0.5)) == "where={'tag': 'a'}, sample=0.5"
    assert str(Selection(where=lambda _: False)).endswith("<lambda>")


def test_facts_go_through_json():
    assert facts_from(ONE.plain()) == ONE
    for broken in ({}, {**ONE.plain(), "more": 1}, {**ONE.plain(), "tags": 3}):
        with pytest.raises((TypeError, ValueError, KeyError)):
            facts_from(broken)
