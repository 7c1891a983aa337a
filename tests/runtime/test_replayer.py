import json
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from runtime_samples import call, replayer, replaying, said, session

from pytest_oao.errors import Diverged
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.sessions import Ending, Header, Origin, Session


def offering(name):
    """Return a call that offers a tool of that name."""
    tool = {"type": "function", "function": {"name": name}}
    return call("same", tools=[tool])


@pytest.mark.parametrize(
    ("made", "name", "told"),
    [
        (["look", "found"], "request changed", True),
        (["find"], "call missing", False),
        (["find", "look"], "calls reordered", False),
    ],
)
def test_other_tools_are_told_of_a_call_that_changed_and_not_of_another_one(made, name, told):
    _, divergence = run(session(offering("look"), offering("find")), *map(offering, made))
    assert divergence.name == name
    assert ("changed since the recording: the tool definitions" in divergence.notes) is told


names = st.integers(0, 5).map(str)
plans = st.lists(names, min_size=1, max_size=8)


def run(recorded, *calls, **options):
    """Replay calls to the end; return what was answered and the divergence, None where there is none."""
    gateway, answers = replaying(recorded, **options), []
    try:
        answers.extend(said(gateway.admit(one).recorded.outcome) for one in calls)
        gateway.finish()
    except Diverged as diverged:
        return answers, diverged.divergence
    return answers, None


def calls(*asked, lane="0"):
    return [call(one, lane) for one in asked]


def asked(exchange):
    return exchange.call.body.json()["messages"][0]["content"]


@given(plans)
def test_the_same_calls_get_the_recorded_answers(plan):
    answers, divergence = run(session(*calls(*plan)), *calls(*plan))
    assert divergence is None
    assert answers == [f"answer {seq}" for seq in range(1, len(plan) + 1)]


@given(plans, st.data())
def test_a_changed_call_is_named_where_it_is_made(plan, data):
    place = data.draw(st.integers(0, len(plan) - 1))
    changed = [*plan[:place], "changed", *plan[place + 1 :]]
    answers, divergence = run(session(*calls(*plan)), *calls(*changed))
    assert len(answers) == place
    assert (divergence.name, divergence.number, divergence.total) == ("request changed", place + 1, len(plan))
    assert asked(divergence.expected) == plan[place]
    assert [change.path for change in divergence.explanation.changes] == ["$.messages[0].content"]
    assert [one.seq for one in divergence.before] == list(range(1, place + 1))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=8, unique=True), st.data())
def test_a_call_left_out_is_missing(numbers, data):
    plan = list(map(str, numbers))
    place = data.draw(st.integers(0, len(plan) - 1))
    _, divergence = run(session(*calls(*plan)), *calls(*plan[:place], *plan[place + 1 :]))
    assert (divergence.name, divergence.number) == ("call missing", place + 1)
    assert asked(divergence.expected) == plan[place]


@given(plans, st.data())
def test_a_call_made_again_at_the_end_is_extra(plan, data):
    again = data.draw(st.sampled_from(plan))
    answers, divergence = run(session(*calls(*plan)), *calls(*plan, again))
    assert len(answers) == len(plan)
    assert (divergence.name, divergence.number, divergence.expected) == ("extra call", len(plan) + 1, None)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=8, unique=True), st.data())
def test_calls_in_another_order_are_reordered(numbers, data):
    plan = list(map(str, numbers))
    shuffled = data.draw(st.permutations(plan))
    assume(shuffled != plan)
    first = next(place for place, (one, other) in enumerate(zip(plan, shuffled, strict=True)) if one != other)
    _, divergence = run(session(*calls(*plan)), *calls(*shuffled))
    assert (divergence.name, divergence.number) == ("calls reordered", first + 1)
    assert asked(divergence.expected) == plan[first]
    answers, divergence = run(session(*calls(*plan)), *calls(*shuffled), order="any")
    assert divergence is None
    assert answers == [f"answer {plan.index(one) + 1}" for one in shuffled]


def told_ways(recorded, *live, **options):
    return run(recorded, *live, allowing="oao({})".format, **options)[1].remedies


PERFORMED = ("oao(kinds={'execute_tool': 'live'})   # performs them: the record has no execute_tool calls at all",)
ANY = ("oao(order='any')   # where nobody chose the order, it varies, and no later request shows it",)


@pytest.mark.parametrize("recordable", [True, False])
@pytest.mark.parametrize(
    ("live", "ways"),
    [
        ("a 0, c 0, b 0", ANY),
        ("b 0, c 0", ()),
        ("a 0, b 0, c 0.0", ANY),
        ("a 0, b 0, a 0.0", ()),
    ],
)
def test_any_order_is_told_where_a_call_came_that_the_record_still_has(recordable, live, ways):
    made = [call(*one.split()) for one in live.split(", ")]
    assert told_ways(session(*calls("a", "b", "c")), *made, recordable=recordable) == ways


@pytest.mark.parametrize(("recordable", "count"), [(True, 0), (False, 1)])
def test_a_change_is_let_through_only_where_nothing_can_be_recorded_anew(recordable, count):
    assert len(told_ways(session(call("a")), call("b"), recordable=recordable)) == count


TOOLS = [{"type": "function", "function": {"name": name, "description": name}} for name in "abcd"]


@pytest.mark.parametrize(
    ("recorded", "live", "paths"),
    [
        ({"temperature": 0}, {"temperature": 1}, "['$.temperature']"),
        ({}, dict.fromkeys(("a", "b", "c", "d", "e"), 1), "['$.a', '$.b', '$.c', '$.d', '$.e']"),
        ({"tools": TOOLS[:2]}, {"tools": TOOLS[:3]}, "['$.tools[2]']"),
        ({"tools": TOOLS[:2]}, {"tools": [TOOLS[2], *TOOLS[:2]]}, "['$.tools']"),
        ({"tools": TOOLS[:2]}, {"tools": TOOLS[:1]}, "['$.tools[1]']"),
        ({"tools": TOOLS[:2]}, {"tools": [TOOLS[0], TOOLS[2]]}, "['$.tools[1]']"),
        ({}, {"stream": True}, None),
        ({"stream": True}, {"stream": False, "temperature": 1}, None),
    ],
)
def test_what_a_report_would_have_ignored_hides_nothing_else_and_can_be_served(recorded, live, paths):
    told = told_ways(session(call("a", **recorded)), call("a", **live), recordable=False)
    assert told == ((f"oao(ignore={paths})   # where the change is meant",) if paths else ())


def test_of_a_body_that_is_a_list_no_path_is_told_that_would_be_all_of_it():
    recorded, live = (
        Call("http", "POST https://a.example/", Body(json.dumps(items).encode(), "application/json"))
        for items in ([{"id": 1, "n": "one"}, {"id": 2, "n": "two"}], [{"n": "new"}, {"id": 1, "n": "one"}, {"id": 2}])
    )
    assert all("'$'" not in way for way in told_ways(session(recorded), live, recordable=False))


@pytest.mark.parametrize(
    ("recordable", "recorded", "ways"),
    [
        (False, ["a", "b"], PERFORMED),
        (False, ["a"], PERFORMED),
        (True, ["a", "b"], ()),
    ],
)
def test_calls_of_a_kind_that_the_record_never_has_may_be_performed(recordable, recorded, ways):
    tool = call({"q": 1}, kind="execute_tool", target="search")
    assert told_ways(session(*calls(*recorded)), call("a"), tool, recordable=recordable) == ways
    assert told_ways(session(*calls(*recorded), tool), call("a"), tool, tool, recordable=recordable) == ()


def test_the_call_that_was_jumped_to_is_the_one_shown():
    _, divergence = run(session(*calls("a", "b", "c")), *calls("c", "a"))
    assert (asked(divergence.expected), divergence.actual.body.json()["messages"][0]["content"]) == ("a", "c")


def test_a_changed_call_after_a_skip_does_not_hide_the_skip():
    _, divergence = run(session(*calls("a", "b", "c")), *calls("b", "x"))
    assert (divergence.name, divergence.number) == ("call missing", 1)


def test_a_repeated_call_in_the_middle_is_extra():
    _, divergence = run(session(*calls("a", "b")), *calls("a", "a"))
    assert (divergence.name, divergence.number) == ("extra call", 2)


@pytest.mark.parametrize(
    ("recorded", "live", "name"),
    [
        (call(kind="chat"), call(kind="embeddings"), "other kind of call"),
        (
            call({"q": 1}, kind="execute_tool", target="search"),
            call({"q": 2}, kind="execute_tool", target="search"),
            "tool arguments changed",
        ),
        (
            call({"q": 1}, kind="execute_tool", target="search"),
            call({"q": 1}, kind="execute_tool", target="find"),
            "request changed",
        ),
        (call("hi"), call("hi", target="POST /responses"), "request changed"),
        (call("hi", temperature=0), call("hi", temperature=1), "request changed"),
    ],
)
def test_kinds_of_difference(recorded, live, name):
    _, divergence = run(session(recorded), live)
    assert divergence.name == name


class TestLanes:
    def test_each_lane_is_in_order_of_its_own(self):
        recorded = session(call("a", "0.0"), call("x", "0.1"), call("b", "0.0"), call("y", "0.1"))
        live = [call("x", "0.1"), call("y", "0.1"), call("a", "0.0"), call("b", "0.0")]
        assert run(recorded, *live) == (["answer 2", "answer 4", "answer 1", "answer 3"], None)
        live[0], live[1] = live[1], live[0]
        _, divergence = run(recorded, *live)
        assert (divergence.name, divergence.number, divergence.lane) == ("calls reordered", 2, "0.1")

    @given(st.permutations(["0", "0.0", "0.1", "0.1.0", "0.2"]))
    def test_equal_calls_of_different_lanes_never_swap(self, order):
        lanes = sorted(order)
        answers, divergence = run(
            session(*(call("same", lane) for lane in lanes)), *(call("same", lane) for lane in order)
        )
        assert divergence is None
        assert answers == [f"answer {lanes.index(lane) + 1}" for lane in order]

    def test_a_call_that_another_lane_makes_in_the_record_is_reordered_and_says_so(self):
        recorded = session(call("a", "0.0"), call("b", "0.1"))
        _, divergence = run(recorded, call("b", "0.1"), call("b", "0.0"))
        assert (divergence.name, divergence.number) == ("calls reordered", 1)
        assert divergence.explanation.cause == "lane 0.1 makes this call in the record, not lane 0.0"

    @pytest.mark.parametrize("live", [("b 0.0", "a 0.1"), ("a 0.1", "b 0.0")])
    def test_two_lanes_that_swap_their_calls_are_told_whichever_is_faster(self, live):
        recorded = session(call("a", "0.0"), call("b", "0.1"))
        _, divergence = run(recorded, *(call(*one.split()) for one in live))
        assert divergence.name == "calls reordered"

    @given(st.permutations([0, 1, 2, 3]))
    def test_a_strand_more_before_them_shifts_lanes_and_nothing_else(self, order):
        recorded = session(*(call(f"call {number}", f"0.{number}.0") for number in range(4)))
        answers, divergence = run(recorded, *(call(f"call {number}", f"0.{number + 1}.0") for number in order))
        assert (answers, divergence) == ([f"answer {number + 1}" for number in order], None)

    def test_a_strand_that_is_gone_is_what_is_missing(self):
        recorded = session(call("a", "0.0"), call("b", "0.1"), call("c", "0.2"), call("d", "0.2"))
        _, divergence = run(recorded, call("c", "0.1"), call("b", "0.0"), call("d", "0.1"))
        assert (divergence.name, divergence.number, divergence.lane) == ("call missing", 1, "0.0")

    @pytest.mark.parametrize("live", [("0.1", "0.2"), ("0.2", "0.1")])
    def test_equal_calls_in_lanes_that_shifted_never_swap_but_diverge(self, live):
        recorded = session(call("same", "0.0"), call("same", "0.1"))
        _, divergence = run(recorded, *(call("same", lane) for lane in live))
        assert divergence.name in {"calls reordered", "extra call"}

    def test_a_strand_more_beside_recorded_ones_is_extra(self):
        _, divergence = run(session(call("a", "0.0"), call("b", "0.1")), call("c", "0.2"))
        assert (divergence.name, divergence.expected, divergence.lane) == ("extra call", None, "0.2")

    def test_a_call_that_moved_into_a_task_is_compared_with_what_is_left(self):
        _, divergence = run(session(call("a")), call("b", "0.0"))
        assert (divergence.name, divergence.number, asked(divergence.expected)) == ("request changed", 1, "a")
        _, divergence = run(session(call("a")), call("a", "0.0"))
        assert (divergence.name, divergence.number, asked(divergence.expected)) == ("calls reordered", 1, "a")

    def test_a_lane_s_own_extra_call_is_not_taken_for_another_s(self):
        recorded = session(call("a", "0.0"), call("a", "0.1"))
        _, divergence = run(recorded, call("a", "0.0"), call("a", "0.0"))
        assert divergence.name == "extra call"

    def test_calls_before_are_those_that_led_there(self):
        recorded = session(call("root"), call("a", "0.0"), call("b", "0.1"), call("c", "0.0"))
        _, divergence = run(recorded, call("root"), call("b", "0.1"), call("a", "0.0"), call("x", "0.0"))
        assert [asked(one) for one in divergence.before] == ["root", "a"]

    def test_a_skip_in_one_lane_is_not_called_reordered_for_another(self):
        recorded = session(call("a", "0.0"), call("b", "0.0"), call("x", "0.1"), call("y", "0.1"))
        _, divergence = run(recorded, call("b", "0.0"), call("y", "0.1"), call("x", "0.1"))
        assert (divergence.name, divergence.number) == ("call missing", 1)


class TestAnyOrder:
    @given(plans, st.data())
    def test_a_call_too_few_or_too_many_is_told(self, plan, data):
        shuffled = data.draw(st.permutations(plan))
        _, divergence = run(session(*calls(*plan)), *calls(*shuffled[1:], lane="0.5"), order="any")
        assert divergence.name == "call missing"
        assert asked(divergence.expected) == shuffled[0]
        _, divergence = run(session(*calls(*plan)), *calls(*shuffled, plan[0]), order="any")
        assert divergence.name == "extra call"
        _, divergence = run(session(*calls(*plan)), *calls(*shuffled[1:], "changed"), order="any")
        assert divergence.name == "request changed"
        assert asked(divergence.expected) == shuffled[0]

    def test_the_same_bytes_win_over_equal_up_to_ids(self):
        old, new = "id_a81bc81bdead4e5dabff", "id_90afb0c2ffee4a71b0aa"
        answers, divergence = run(session(*calls(old, new)), *calls(new, old), order="any")
        assert (answers, divergence) == (["answer 2", "answer 1"], None)


class TestIds:
    def test_fresh_ids_used_consistently_are_equal(self):
        old, new = "run_a81bc81bdead4e5dabff", "run_90afb0c2ffee4a71b0aa"
        recorded = session(*calls(f"start {old}", f"go on {old}"))
        assert run(recorded, *calls(f"start {new}", f"go on {new}"))[1] is None
        _, divergence = run(recorded, *calls(f"start {new}", "go on run_11111111c0de4aaabbbb"))
        assert (divergence.name, divergence.number) == ("request changed", 2)

    def test_ignored_parts(self):
        recorded = session(call("a", user="x"))
        assert run(recorded, call("a", user="y"), ignore=("$.user",))[1] is None
        assert run(recorded, call("b", user="y"), ignore=("$.user",))[1].name == "request changed"


class TestFacts:
    def test_a_divergence_knows_its_place_its_cassette_and_the_way_out(self):
        recorded = session(*calls("a", "b"))
        options = {
            "cassette": "c.yaml",
            "site": lambda: Site("agent.py:1 in f"),
            "notes": lambda: ["changed: x"],
            "remedies": ["do"],
        }
        _, divergence = run(recorded, *calls("a", "x"), **options)
        assert divergence.cassette == "c.yaml"
        assert divergence.actual.site == Site("agent.py:1 in f")
        assert divergence.actual.model == "m"
        assert divergence.notes == ("changed: x",)
        assert divergence.remedies == ("do",)

    def test_an_agent_that_goes_on_where_it_stopped_is_told_as_every_other_divergence(self):
        recorded = session(*calls("a", "b", "c"))
        gateway = replaying(recorded, cassette="c.yaml", notes=lambda: ["changed: x"], remedies=["do"])
        gateway.admit(call("a"))
        recorded = gateway.admit(call("b")).recorded
        with pytest.raises(Diverged) as caught:
            gateway.overrun(recorded, "it reads on")
        divergence = caught.value.divergence
        assert (divergence.name, divergence.number, divergence.total) == ("session ended late", 2, 3)
        assert (divergence.cassette, divergence.notes, divergence.remedies) == ("c.yaml", ("changed: x",), ("do",))
        assert (asked(divergence.expected), divergence.explanation.cause) == ("b", "it reads on")
        assert [asked(one) for one in divergence.before] == ["a"]
        with pytest.raises(Diverged) as again:
            gateway.overrun(gateway.exchanges[0], "another reads on")
        assert again.value is caught.value

    def test_answers_that_are_one_object_are_told_apart_by_their_exchanges(self):
        recorded = session(*calls("a", "b"))
        same = recorded.exchanges[0].outcome
        recorded = replace(recorded, exchanges=tuple(replace(one, outcome=same) for one in recorded.exchanges))
        gateway = replaying(recorded)
        gateway.admit(call("a"))
        second = gateway.admit(call("b")).recorded
        with pytest.raises(Diverged, match="session ended late: call 2 of 2"):
            gateway.overrun(second, "it reads on")

    def test_a_call_left_out_comes_before_the_agent_that_goes_on(self):
        gateway = replaying(session(*calls("a", "b")))
        recorded = gateway.admit(call("b")).recorded
        with pytest.raises(Diverged, match="call missing: call 1 of 2"):
            gateway.overrun(recorded, "it reads on")

    def test_an_import_says_what_it_lacked(self):
        header = Header("s", origin=Origin("imported", "vcrpy", "old.yaml", ("timing", "chunks")))
        recorded = Session(header, session(*calls("a")).exchanges, Ending())
        _, divergence = run(recorded, *calls("x"))
        assert divergence.notes == (
            "the session was imported from vcrpy (old.yaml): it could not carry timing, chunks",
        )

    def test_the_end_may_be_asked_for_before_the_last_calls(self):
        source = replayer(session(*calls("a", "b")))
        source.answer(call("a"))
        source.finish(1)
        with pytest.raises(Diverged, match="call missing: call 2 of 2"):
            source.finish()

    def test_a_call_is_due_whatever_its_number(self):
        one, _, three = session(*calls("a", "b", "c")).exchanges  # a hand edit took a call out
        source = replayer(Session(Header("s"), (one, three), Ending()))
        source.answer(call("a"))
        with pytest.raises(Diverged, match="call missing: call 3 of 3"):
            source.finish()

    def test_no_back_off_is_waited_for(self):
        assert replayer(session()).delay(30.0) == 0

    def test_a_long_session_is_replayed_in_linear_time(self):
        recorded = session(*(call(f"{number} {json.dumps(list(range(20)))}") for number in range(3000)))
        answers, divergence = run(recorded, *(one.call for one in recorded.exchanges))
        assert divergence is None
        assert len(answers) == 3000


def test_a_run_that_is_made_again_in_a_task_of_its_own_is_extra():
    _, divergence = run(
        session(call("a", "0.0"), call("b", "0.1")), call("a", "0.0"), call("b", "0.1"), call("a", "0.2")
    )
    assert (divergence.name, divergence.number, divergence.lane) == ("extra call", 3, "0.2")


def inner(name, kind, order="lane"):
    """Replay a call with another below it, which is made in replay or not."""
    outer = call(name, kind=kind, target=name)
    recorded = session(outer, replace(call("inner", "0.0"), parent=1), call("after"))
    return lambda *then: run(recorded, outer, *then, order=order)


@pytest.mark.parametrize("order", ["lane", "any"])
def test_what_a_tool_does_is_done_with_when_the_record_answers_it(order):
    replay = inner("search", "execute_tool", order)
    assert replay(call("after"))[1] is None
    divergence = replay(call("after"), call("more"))[1]
    assert (divergence.name, divergence.number) == ("extra call", 4)


@pytest.mark.parametrize("order", ["lane", "any"])
def test_what_an_agent_does_that_is_a_tool_is_made_again(order):
    replay = inner("clerk", "invoke_agent", order)
    assert replay(call("inner", "0.0"), call("after"))[1] is None
    divergence = replay(call("after"))[1]
    assert (divergence.name, divergence.number) == ("call missing", 2)
