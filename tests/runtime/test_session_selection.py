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


@pytest.mark.parametrize(
    "told", [{"sample": -1}, {"sample": 1.5}, {"sample": True}, {"where": {"cost": "lots"}}, {"where": {"tags": "x"}}]
)
def test_what_cannot_be_meant_is_refused(told):
    with pytest.raises(BadOption, match="test_it"):
        require_sound(Selection(**told), "test_it")


def test_facts_go_through_json():
    assert facts_from(ONE.plain()) == ONE
    for broken in ({}, {**ONE.plain(), "more": 1}, {**ONE.plain(), "tags": 3}):
        with pytest.raises((TypeError, ValueError, KeyError)):
            facts_from(broken)
