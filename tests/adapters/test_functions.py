import asyncio
import contextlib
import functools
import inspect
import json
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tool_agent as agent
from tool_agent import LIVE

import pytest_oao as oao
from pytest_oao.errors import BadOption, Diverged, UnkeptValue


@pytest.fixture
def again(tmp_path):
    """Run something while recording, then in a replay; return what it came to, both times, and how many runs were live."""

    def run(act, change=None, **options):
        with oao.record(tmp_path) as recording:
            recorded = outcome(act)
        LIVE.clear()
        with oao.replay(recording.cassette, **options) as replaying:
            replayed = outcome(change or act)
            calls = replaying.calls
        return recorded, replayed, calls

    yield run
    LIVE.clear()


def outcome(act):
    try:
        result = act()
        return asyncio.run(result) if inspect.isawaitable(result) else result
    except Exception as error:  # noqa: BLE001 - whatever it is, it must come again
        return repr(error), vars(error)


async def some_pages(count, most):
    found = []
    async for page in agent.pages(count):
        found.append(page)
        if len(found) == most:
            break
    return found


def some_lines(count, most):
    found = []
    for line in agent.lines(count):
        found.append(line)
        if len(found) == most:
            break
    return found


ACTS = {
    "function": lambda: agent.search("tea", limit=1),
    "coroutine": lambda: agent.fetch("http://a"),
    "exception": lambda: agent.fetch("missing"),
    "generator": lambda: list(agent.lines(3)),
    "generator left early": lambda: some_lines(3, 2),
    "generator that raises": lambda: list(agent.lines(1, broken=True)),
    "asynchronous generator": lambda: some_pages(3, 9),
    "asynchronous generator left early": lambda: some_pages(3, 2),
    "method": lambda: agent.Shelf("you").take("x"),
    "static method": lambda: agent.Shelf("you").count(),
    "class method": lambda: agent.Shelf.default(4),
    "wrapped": lambda: agent.shelf.plain("ab"),
    "wrapped coroutine": lambda: agent.shelf.slow("ab"),
    "nested": lambda: agent.research("tea"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_tool_is_answered_from_the_record_and_does_not_run(act, again):
    recorded, replayed, calls = again(act)
    assert replayed == recorded
    assert LIVE == {}
    assert {call.kind for call in calls} == {"execute_tool"}


def test_without_a_session_a_tool_runs_as_it_is():
    assert agent.search("tea") == [agent.Hit("tea")] * 2
    assert list(agent.lines(2)) == [{"line": 0}, {"line": 1}]
    assert asyncio.run(some_pages(2, 9)) == [(0,), (1,)]
    assert LIVE == {"search": 1, "lines": 1, "lines closed": 1, "pages": 1, "pages closed": 1}
    LIVE.clear()


def test_a_generator_left_early_is_closed_at_once_while_recording(tmp_path):
    with oao.record(tmp_path):
        read = agent.lines(3)
        next(read)
        read.close()
        assert LIVE["lines closed"] == 1
    LIVE.clear()


def test_a_tool_looks_as_the_function_does():
    assert inspect.signature(agent.search) == inspect.signature(agent.search.__wrapped__)
    assert inspect.iscoroutinefunction(agent.fetch)
    assert inspect.isgeneratorfunction(agent.lines)
    assert inspect.isasyncgenfunction(agent.pages)
    assert agent.research.__doc__.startswith("Search twice")


def arguments(call):
    return call.target, call.request


def test_arguments_are_named_as_declared_and_only_those_passed(again):
    def act():
        agent.search(limit=1, query="tea")
        agent.search("tea", limit=1)
        oao.tool(name="many")(lambda first, *rest, **more: None)(1, 2, 3, b=4)
        oao.tool(name="part")(functools.partial(agent.search.__wrapped__, limit=1))("x")

    _, _, calls = again(act)
    assert [arguments(call) for call in calls] == [
        ("search", {"query": "tea", "limit": 1}),
        ("search", {"query": "tea", "limit": 1}),
        ("many", {"first": 1, "b": 4, "*": [2, 3]}),
        ("part", {"query": "x"}),
    ]


def test_ignored_arguments_are_neither_recorded_nor_compared(again):
    recorded, replayed, calls = again(
        lambda: agent.fetch("http://a", session=object()), lambda: agent.fetch("http://a", session=open)
    )
    assert recorded == replayed == b"http://a"
    assert [arguments(call) for call in calls] == [("fetch_page", {"url": "http://a"})]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda: agent.search("coffee"), "tool arguments changed"),
        (lambda: agent.shelf.plain("x"), "request changed"),
        (lambda: None, "call missing"),
        (lambda: [agent.search("tea"), agent.search("tea")], "extra call"),
    ],
)
def test_a_changed_agent_diverges(change, name, again):
    with pytest.raises(Diverged) as caught:
        again(lambda: agent.search("tea"), change)
    assert caught.value.divergence.name == name
    assert LIVE == {}


def test_changed_arguments_are_told(again):
    with pytest.raises(Diverged) as caught:
        again(lambda: agent.search("tea"), lambda: agent.search("coffee"))
    (change,) = caught.value.divergence.explanation.changes
    assert (change.path, change.expected, change.actual) == ("$.query", "tea", "coffee")


def test_calls_of_a_tool_are_exchanges_below_it(tmp_path):
    with oao.record(tmp_path) as recording:
        agent.research("tea")
        agent.search("after")
    calls = [one.call for one in oao.load(recording.cassette).exchanges]
    assert [(call.target, call.lane, call.parent) for call in calls] == [
        ("research", "0", None),
        ("search", "0.0", 1),
        ("search", "0.0", 1),
        ("search", "0", None),
    ]
    LIVE.clear()


@pytest.mark.parametrize("order", ["lane", "any"])
def test_what_a_tool_did_is_not_missed_when_it_is_answered(order, again):
    recorded, replayed, calls = again(lambda: agent.research("tea"), order=order)
    assert replayed == recorded
    assert [call.tool for call in calls] == ["research"]


def test_what_a_tool_did_answers_no_call_of_others(again):
    with pytest.raises(Diverged) as caught:
        again(
            lambda: (agent.research("tea"), agent.search("x")),
            lambda: (agent.research("tea"), agent.search("tea 0")),
            order="any",
        )
    assert caught.value.divergence.name == "tool arguments changed"


def test_a_live_tool_runs_and_what_it_asks_is_answered(again):
    recorded, replayed, _ = again(lambda: agent.research("tea"), kinds={"execute_tool:research": "live"})
    assert replayed == recorded
    assert LIVE == {"research": 1}


def test_a_live_tool_that_asks_something_else_diverges(again, monkeypatch):
    def change():
        monkeypatch.setattr(agent, "search", lambda query: (agent.shelf.plain(query), agent.Hit("x"))[1:])
        return agent.research("tea")

    with pytest.raises(Diverged, match="request changed"):
        again(lambda: agent.research("tea"), change, kinds={"execute_tool:research": "live"})


def test_live_tools_may_be_called_otherwise_than_recorded(again):
    _, replayed, _ = again(lambda: agent.search("tea"), lambda: agent.search("x"), kinds={"execute_tool": "live"})
    assert replayed == [agent.Hit("x")] * 2


def test_a_verified_tool_runs_and_must_come_to_the_same(again):
    recorded, replayed, _ = again(lambda: agent.research("tea"), kinds={"execute_tool": "verify"})
    assert replayed == recorded
    assert LIVE == {"research": 1, "search": 2}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (lambda: agent.Hit("a"), lambda: agent.Hit("b"), "came to something else"),
        (lambda: 1, lambda: 1 / 0, "raised ZeroDivisionError: division by zero; returned a value"),
        (lambda: {}["x"], lambda: {}["y"], "raised KeyError: 'y'; raised KeyError: 'x'"),
    ],
)
def test_a_verified_tool_that_comes_to_something_else_diverges(before, after, told, again):
    def calls(body):
        tool = oao.tool(name="f")(functools.partial(body))
        return lambda: outcome(tool)

    with pytest.raises(Diverged) as caught:
        again(calls(before), calls(after), kinds={"execute_tool:f": "verify"})
    divergence = caught.value.divergence
    assert divergence.name == "tool outcome changed"
    assert divergence.outcome is not None
    assert told in divergence.explanation.cause


@pytest.mark.parametrize(
    ("body", "given", "told"),
    [
        (
            lambda value: open,
            1,
            "'f' cannot be recorded faithfully: it returned a value of type builtin_function_or_method",
        ),
        (
            lambda value: 1,
            {"a": [object()]},
            "'f' cannot be recorded faithfully: it is given a value of type object at value.a[0]",
        ),
    ],
)
def test_what_cannot_be_kept_stops_the_recording(body, given, told, tmp_path):
    with pytest.raises(UnkeptValue) as caught, oao.record(tmp_path, strict=True):
        try:
            oao.tool(name="f")(functools.partial(body))(given)
        except Exception:  # noqa: BLE001 - as an agent does
            pytest.fail("an agent must not see it")
    assert told in caught.value.what


def broken(value):
    raise KeyError(value)


def test_a_way_to_keep_it_that_fails_costs_the_record_and_no_more(tmp_path):
    kept = oao.tool(name="f", keep=broken)(lambda: "it")
    recorder = oao.record(tmp_path / "production")
    with recorder:
        assert kept() == "it"
    assert recorder.flush()
    assert (recorder.counts.dropped, recorder.counts.recorded) == (1, 0)
    assert "what keeps its result raised KeyError: 'it'" in recorder.counts.reason
    with (
        pytest.raises(UnkeptValue, match="what keeps its result raised KeyError"),
        oao.record(tmp_path, strict=True),
    ):
        kept()


def test_a_value_of_a_generator_that_cannot_be_kept_is_told_as_that(tmp_path):
    @oao.tool
    def values():
        yield 1
        yield object()

    with pytest.raises(UnkeptValue, match="it returned a value of type object"), oao.record(tmp_path, strict=True):
        list(values())


def test_a_result_may_be_kept_in_a_way_of_its_own(again):
    def opened(path):
        return Path(path).open(encoding="utf-8")

    tool = oao.tool(name="opened", keep=lambda file: file.name, revive=lambda name: f"file {name}")(opened)
    recorded, replayed, _ = again(lambda: tool(__file__))
    recorded.close()
    assert replayed == f"file {__file__}"


def test_a_class_that_is_gone_is_told(tmp_path):
    with oao.record(tmp_path) as recording:
        agent.search("tea")
    LIVE.clear()
    text = Path(recording.cassette).read_text()
    hit, agent.Hit = agent.Hit, None
    try:
        with pytest.raises(UnkeptValue, match="the class tool_agent:Hit is not there"), oao.replay(recording.cassette):
            agent.search("tea")
    finally:
        agent.Hit = hit
    assert "tool_agent:Hit" in text


def test_wrap_wraps_what_is_asked_for():
    assert agent.shelf.owner == "me"
    assert isinstance(agent.shelf, agent.Shelf)
    everything = oao.wrap(agent.Shelf("me"))
    assert everything.plain("a") == "aa"
    assert everything._hidden() == 1
    LIVE.clear()
    with pytest.raises(BadOption, match="Shelf has no method 'nothing'"):
        oao.wrap(agent.Shelf("me"), methods=["nothing"])


def test_a_module_can_be_wrapped(again):
    wrapped = oao.wrap(json, methods=["dumps"])
    recorded, replayed, calls = again(lambda: wrapped.dumps({"a": 1}))
    assert recorded == replayed == '{"a": 1}'
    assert [call.tool for call in calls] == ["json.dumps"]


def test_equal_calls_in_different_lanes_keep_their_answers(tmp_path):
    counter = iter(range(100))
    tool = oao.tool(name="next")(lambda: next(counter))

    async def one(delay):
        await asyncio.sleep(delay)
        return tool()

    async def all_of(delays):
        return await asyncio.gather(*map(one, delays))

    with oao.record(tmp_path) as recording:
        recorded = asyncio.run(all_of([0.02, 0, 0.01]))
    with oao.replay(recording.cassette):
        assert asyncio.run(all_of([0, 0.01, 0.02])) == recorded == [2, 0, 1]


def test_a_cancelled_tool_is_cancelled_again(again):
    @oao.tool
    async def endless():
        await asyncio.sleep(60)

    async def act():
        try:
            await asyncio.wait_for(endless(), 0.05)
        except TimeoutError:
            return "late"

    recorded, replayed, _ = again(act)
    assert recorded == replayed == "late"


def test_every_answer_is_one_that_is_known(tmp_path):
    with oao.record(tmp_path) as recording:
        agent.search("tea")
    LIVE.clear()
    with (
        pytest.raises(BadOption, match="execute_tool cannot be answered 'maybe'"),
        oao.replay(recording.cassette, kinds={"execute_tool": "maybe"}),
    ):
        pass


def test_a_verified_generator_that_ends_otherwise_diverges(again):
    def numbers(broken):
        yield 1
        if broken:
            raise ValueError("late")

    tool = oao.tool(name="numbers")(lambda *, broken: numbers(broken))
    made = oao.tool(name="made", ignore=["broken"])(numbers)
    assert tool is not None
    with pytest.raises(Diverged) as caught:
        again(
            lambda: list(made(broken=False)),
            lambda: outcome(lambda: list(made(broken=True))),
            kinds={"execute_tool": "verify"},
        )
    assert "broke off (ValueError: late)" in caught.value.divergence.explanation.cause


def test_calls_that_a_replay_performs_stand_where_they_were_made(again):
    def act():
        agent.search("first")
        agent.research("second")
        agent.search("third")

    _, _, calls = again(act, kinds={"execute_tool:research": "verify"})
    assert [call.request.get("topic") or call.request["query"] for call in calls] == [
        "first",
        "second",
        "second 0",
        "second 1",
        "third",
    ]
    _, _, calls = again(act, kinds={"execute_tool:research": "live"})
    assert [call.tool for call in calls] == ["search", "research", "search", "search", "search"]
    assert len({call.exchange.seq for call in calls}) == 5


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({"execute_tol": "live"}, "did you mean execute_tool"),
        ({"clock": "verify"}, "clock cannot be verified"),
    ],
)
def test_kinds_that_cannot_be_meant_are_refused(kinds, told, again):
    with pytest.raises(BadOption, match=told):
        again(lambda: agent.search("x"), kinds=kinds)


def test_a_generator_that_was_left_early_stops_an_agent_that_reads_on(again):
    for act, change in (
        (lambda: some_lines(3, 1), lambda: list(agent.lines(3))),
        (lambda: some_pages(3, 1), lambda: some_pages(3, 9)),
    ):
        with pytest.raises(Diverged, match="session ended late"):
            again(act, change)


def test_a_tool_that_a_task_cancelled_ends_late_where_no_task_waits(again):
    @oao.tool(name="slow")
    async def slow():
        await asyncio.sleep(20)

    @oao.tool(name="slow")
    def slow_now():
        raise AssertionError

    @oao.tool(name="slowly")
    async def slowly():
        yield "one"
        await asyncio.sleep(20)

    @oao.tool(name="slowly")
    def slowly_now():
        raise AssertionError
        yield

    async def read():
        async for _ in slowly():
            pass

    def timed_out(call):
        with contextlib.suppress(TimeoutError):
            asyncio.run(asyncio.wait_for(call(), 0.1))

    for live, now in ((slow, slow_now), (read, lambda: list(slowly_now()))):
        with pytest.raises(Diverged, match="session ended late"):
            again(lambda live=live: timed_out(live), now)


def test_a_function_may_have_any_names_for_its_parameters(again):
    def classify(cls):
        return cls

    def positional(a, /, **more):
        return [a, more]

    tools = oao.tool(classify), oao.tool(positional)
    _, _, calls = again(lambda: [tools[0]("spam"), tools[1](9, a=2)])
    assert [call.request for call in calls] == [{"cls": "spam"}, {"a": 9, "**a": 2}]


def test_a_call_beside_a_tool_is_not_answered_from_inside_it(again):
    def change():
        agent.research("tea")
        with ThreadPoolExecutor() as pool:
            return pool.submit(agent.search, "tea 0").result()

    with pytest.raises(Diverged, match="extra call"):
        again(lambda: agent.research("tea"), change)


def test_what_a_wrapped_object_enters_is_wrapped_too(again):
    class Connection:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            pass

        def delete(self, number):
            LIVE["delete"] += 1
            return number

    async def act():
        with oao.wrap(Connection(), methods=["delete"]) as connection:
            first = connection.delete(1)
        async with oao.wrap(Connection(), methods=["delete"]) as connection:
            return first, connection.delete(2)

    recorded, replayed, _ = again(act)
    assert recorded == replayed == (1, 2)
    assert LIVE == {}


@pytest.mark.parametrize("told", ["it is sent values", "it returns a value besides"])
def test_a_generator_that_is_more_than_its_values_is_refused(told, tmp_path):
    @oao.tool
    def numbers():
        yield 1
        return 2 if "returns" in told else None

    def read():
        values = numbers()
        next(values)
        if "sent" in told:
            values.send("x")
        return list(values)

    with pytest.raises(UnkeptValue, match=told), oao.record(tmp_path, strict=True):
        read()
    assert read.__name__


def test_without_a_session_a_generator_is_as_it_was():
    @oao.tool
    def echo():
        got = yield 1
        return got

    values = echo()
    next(values)
    with pytest.raises(StopIteration) as ended:
        values.send("x")
    assert ended.value.value == "x"


def test_secrets_in_what_a_tool_comes_to_are_in_no_file(tmp_path):
    class Denied(Exception):
        pass

    def fail():
        error = Denied({"password": "hunter2-args"})
        error.password = "hunter2-state"
        raise error

    with oao.record(tmp_path) as recording:
        outcome(oao.tool(fail))
        oao.tool(name="a")(lambda: OrderedDict(password="hunter2-ordered"))()
        oao.tool(name="b")(lambda: {"password": "hunter2-mixed", 1: 2})()
        oao.tool(name="c")(lambda: b"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ")()
        with oao.answering("hunter2-typed", "hunter2-asked"):
            input("Your password? ")
            oao.ask("Enter the API key:")
    text = Path(recording.cassette).read_text()
    assert "hunter2" not in text
    assert "sk-proj-abc" not in text
