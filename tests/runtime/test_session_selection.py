import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.errors import BadOption
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.model.sessions import Header, Session
from pytest_oao.policy.prices import Prices
from pytest_oao.report.session_facts import known as shown
from pytest_oao.runtime.session_facts import SessionFacts, date_of, facts_from, session_facts
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
        ({"cost": 10**5000}, []),
        ({"metadata.user": 7.0}, ["three"]),
        ({"metadata.user": ["!u1"]}, ["two", "three"]),
        (lambda facts: "book" in facts.tools, ["three"]),
    ],
)
def test_sessions_are_chosen_by_their_facts(where, expected):
    assert chosen(where=where) == expected


NUMBERS = {
    "half": 0.5,
    "one": 1,
    "one point": 1.0,
    "nine": "9",
    "ten": "10",
    "tenth": "1e-1",
    "code": "007",
    "word": "> 3",
    "yes": True,
    "text yes": "true",
    "long": int("9" * 4000),
    "huge": 10**5000,
    "endless": float("inf"),
    "nan": float("nan"),
    "list": [2, "three"],
    "absent": None,
}
BIG = ["long", "huge", "endless"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("> 0.5", ["one", "one point", "nine", "ten", *BIG, "list"]),
        (">0.5", ["one", "one point", "nine", "ten", *BIG, "list"]),
        ("> 9", ["ten", *BIG]),
        (">= 9", ["nine", "ten", *BIG]),
        ("< .5", ["tenth"]),
        ("<= 5e-1", ["half", "tenth"]),
        ("== 1", ["one", "one point"]),
        (["== 7", "== 10.0"], ["ten"]),
        ("!> 0.5", ["half", "tenth", "code", "word", "yes", "text yes", "nan", "absent"]),
        (1, ["one", "one point"]),
        (1.0, ["one", "one point"]),
        ("1", ["one", "one point"]),
        ("1.0", ["one", "one point"]),
        ("1*", ["one", "one point", "ten", "tenth", "huge"]),
        (9, ["nine"]),
        ("9", ["nine"]),
        ("!= 9", ["half", "one", "one point", "ten", "tenth", *BIG, "nan", "list"]),
        (0.1, ["tenth"]),
        (7, []),
        ("007", ["code"]),
        pytest.param(10**5000, ["huge"], id="huge"),
        (int("9" * 4000), ["long"]),
        (float("inf"), ["endless"]),
        (True, ["yes", "text yes"]),
        ("true", ["yes", "text yes"]),
        ("True", []),
        (2, ["list"]),
        ("thr*", ["list"]),
        ("? 3", ["word"]),
    ],
)
def test_numbers_of_metadata_are_compared_as_numbers(wanted, expected):
    facts = [SessionFacts(name, metadata={} if one is None else {"x": one}) for name, one in NUMBERS.items()]
    found = Selection(where={"metadata.x": wanted}).chosen(facts, lambda one: one)
    assert [one.id for one in found] == expected


@pytest.mark.parametrize("name", ["[b]", "a*", "what?", "[!x]", "<none>", ">"])
def test_a_name_is_found_by_its_own_spelling_whatever_is_in_it(name):
    facts = [SessionFacts("its", (name,), metadata={"x": name}), SessionFacts("other", ("b",), metadata={"x": "b"})]
    for key in ("tag", "metadata.x"):
        assert [one.id for one in Selection(where={key: name}).chosen(facts, lambda one: one)] == ["its"]


@pytest.mark.parametrize(
    ("where", "what", "remedy"),
    [
        ({"user": "u1"}, "nothing is known by that name", "metadata.NAME; did you mean metadata.user?"),
        ({"modle": "u1"}, "nothing is known by that name", "metadata.NAME; did you mean model?"),
        ({"": "u1"}, "nothing is known by that name", "metadata.NAME"),
        ({"metadata.usr": "u1"}, "none of 3 sessions has 'usr' in its metadata", "known: metadata.user; did you mean "),
        ({"metadata.usr": "!u1"}, "none of 3 sessions has 'usr'", "did you mean metadata.user?"),
        ({"tag": "prod", "metadata.colour": "red"}, "'colour'", "known: metadata.user"),
    ],
)
def test_a_name_that_no_session_has_is_refused_with_those_that_there_are(where, what, remedy):
    with pytest.raises(BadOption) as refused:
        Selection(where=where).chosen(ALL, lambda one: one, "test_it")
    assert what in refused.value.what
    assert remedy in refused.value.remedy
    assert refused.value.where == "test_it"


@pytest.mark.parametrize("began", [0.0, 253402383540.0, 1e15, 1e300])
def test_a_session_that_began_in_no_calendar_has_no_date(began):
    call = Call("tool", "search")
    exchanges = (Exchange(1, call, Returned(Body(b"")), started_at=began),)
    assert date_of(Session(Header("id"), exchanges)) == ""


@pytest.mark.parametrize("where", [{"cost": "> 1"}, {"date": "> 2026"}, {"metadata.user": "u1"}])
def test_a_fact_that_is_known_of_no_session_is_refused(where):
    with pytest.raises(BadOption, match="none of 1 sessions"):
        Selection(where=where).chosen([TWO], lambda one: one)
    assert not Selection(where=where).chosen([], lambda one: one)


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ({"tag": "prdo"}, "; tag in them: eu, prod, test; did you mean prod?"),
        ({"metadata.user": "u11", "tag": "prod"}, "; metadata.user in them: 7, u1; did you mean u1?"),
        ({"tag": "prod", "tool": "book"}, ""),
        ({"cost": "> 5"}, ""),
        (None, ""),
    ],
)
def test_where_none_is_chosen_what_there_is_instead_is_told(where, hint):
    assert Selection(where=where).instead(ALL) == hint


def test_names_and_values_of_metadata_below_others_are_chosen_by_their_paths():
    header = Header(
        "one", metadata={"scores": {"match": 0.9, "deep": {"er": ["a", "b"]}}, "scores.match": 1, "n": None}
    )
    known = session_facts(Session(header, ()), Prices.of({})).metadata
    assert known == {"scores.match": 1, "scores.deep.er": ["a", "b"]}


@pytest.mark.parametrize("metadata", [{"a.b": 1, "a": {"b": 2}}, {"a": {"b": 2}, "a.b": 1}])
def test_of_two_values_of_one_path_the_one_that_is_shown_is_chosen_by(metadata):
    header = Header("one", metadata=metadata)
    assert session_facts(Session(header, ()), Prices.of({})).metadata == {"a.b": 1}
    assert shown(header) == ["a.b = 1"]


def test_sessions_did_the_same_however_often_they_looked_at_a_clock():
    told = Returned(Body(b""))
    clock, search, book = (Call("clock", "time.time"), Call("execute_tool", "search"), Call("execute_tool", "book"))

    def trajectory(*calls):
        exchanges = tuple(Exchange(seq, one, told) for seq, one in enumerate(calls, 1))
        return session_facts(Session(Header("one"), exchanges), Prices.of({})).trajectory

    assert trajectory(clock, search, clock, clock) == trajectory(search) != trajectory(clock, book)


SAID = b'data: {"choices": []}\n\n'
CANCELLED = Raised("Cancelled", "")


@pytest.mark.parametrize(
    ("outcome", "whole"),
    [
        (Returned(Body(b"")), True),
        (Raised("TimeoutError", ""), True),
        (CANCELLED, False),
        (Streamed(Body(SAID)), True),
        (Streamed(Body(SAID), end="closed"), False),
        (Streamed(Body(SAID), end=CANCELLED), False),
        (Streamed(Body(SAID), end=Raised("ConnectionError", "")), True),
        (Streamed(Body(SAID + b"data: [DONE]\n\n"), end="closed"), True),
        (Streamed(Body(SAID + b"data: [DONE]\n\n"), end=CANCELLED), True),
    ],
)
def test_a_session_is_whole_unless_the_agent_left_an_answer_before_its_end(outcome, whole):
    exchanges = (Exchange(1, Call("chat", "POST /chat"), outcome), Exchange(2, Call("chat", "x"), Returned(Body(b""))))
    facts = session_facts(Session(Header("one"), exchanges), Prices.of({}))
    assert facts.whole is facts_from(facts.plain()).whole is whole


def test_of_those_that_did_the_same_the_first_is_kept():
    assert chosen(distinct=True) == ["one", "three"]
    assert chosen(distinct=True, where={"id": "t*"}) == ["two", "three"]
    again = replace(ALL[0], id="four")
    kept = Selection(distinct=True).chosen([*ALL, again], lambda one: one)
    assert [one.id for one in kept] == ["one", "three"], "in the order of those that are kept"


@given(st.sets(st.text(min_size=1), min_size=1, max_size=30), st.integers(0, 5), st.integers(0, 30))
def test_a_sample_is_the_same_each_time_and_hardly_changes_when_a_session_is_added(names, seed, most):
    facts = [SessionFacts(name) for name in sorted(names)]
    sample = Selection(sample=most, seed=seed).chosen(facts, lambda one: one)
    assert sample == Selection(sample=most, seed=seed).chosen(facts, lambda one: one)
    assert len(sample) == min(most, len(facts))
    assert [one for one in facts if one in sample] == sample
    more = Selection(sample=most, seed=seed).chosen([*facts, SessionFacts("\0new")], lambda one: one)
    assert len([one for one in sample if one not in more]) <= 1


def test_a_part_of_few_is_one_at_least_and_of_none_none():
    facts = [SessionFacts(str(n)) for n in range(4)]
    for part, many in ((0.01, 1), (0.1, 1), (0.5, 2), (1.0, 4), (0.0, 0), (0, 0)):
        assert len(Selection(sample=part).chosen(facts, lambda one: one)) == many
    assert Selection(sample=0.1).chosen([], lambda one: one) == []


def test_a_part_may_be_asked_for():
    facts = [SessionFacts(str(n)) for n in range(100)]
    assert len(Selection(sample=0.25).chosen(facts, lambda one: one)) == 25
    assert Selection(sample=0.25, seed=1).chosen(facts, lambda one: one) != Selection(sample=0.25).chosen(
        facts, lambda one: one
    )


TEXT = [5, None, True, b"prod", {"a": 1}, [], ["prod", 5], "", "!", ["prod", ""]]
COST = [float("nan"), float("inf"), "lots", "", ">", "nan", "inf", "> 1, < 2", "!0.1", None, True, [0.1], {"min": 1}]
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
    "metadata.user": [
        None,
        b"u1",
        [],
        [None],
        {"a": 1},
        str.upper,
        float("nan"),
        "> x",
        ">= 2026-11-01",
        "> 1, < 2",
        "=> 1",
        "≥0.6",
        "≠ 1",
    ],
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
    "told",
    [
        {"where": {"tag": 10**5000}},
        {"where": {"cost": {"min": 10**5000}}},
        {"where": 10**5000},
        {"where": {10**5000: "x"}},
        {"sample": -(10**5000)},
        {"seed": [10**5000]},
        {"distinct": 10**5000},
    ],
)
def test_a_number_that_python_does_not_write_is_refused_like_any_other(told):
    with pytest.raises(BadOption):
        require_sound(Selection(**told), "test_it")
    told = "where={'tag': 'a', 'cost': <int of too many digits>}, sample=<int of too many digits>"
    assert str(Selection(sample=10**5000, where={"tag": "a", "cost": 10**5000})) == told


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


def test_tools_that_a_model_asked_for_are_known_whoever_ran_them():
    asked = [
        {"id": "c1", "type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("book", "pay")
    ]
    answer = {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": asked}}]}
    call = Call("chat", "POST /v1/chat/completions", Body(b'{"messages": []}', "application/json"))
    outcome = Returned(Body(json.dumps(answer).encode(), "application/json"))
    ran = Exchange(2, Call("execute_tool", "book"), Returned(Body(b"1")))
    session = Session(Header("s"), (Exchange(1, call, outcome), ran))
    facts = session_facts(session, Prices.of({}))
    assert facts.tools == ("book", "pay")
    assert [one.id for one in Selection(where={"tool": "pay"}).chosen([facts], lambda one: one)] == ["s"]
