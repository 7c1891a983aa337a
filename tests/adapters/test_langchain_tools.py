"""Tools of LangChain in all their forms: recorded, and replayed from the file with bodies that raise."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

import pytest

import pytest_oao
from pytest_oao.adapters.langchain_results import Given
from pytest_oao.errors import Diverged, UnkeptValue

pytest.importorskip("langgraph")

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import (
    BaseTool,
    InjectedToolArg,
    InjectedToolCallId,
    StructuredTool,
    Tool,
    ToolException,
    tool,
)
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphInterrupt
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command, Interrupt, Send, interrupt
from pydantic import BaseModel, ValidationError

pytestmark = pytest.mark.usefixtures("no_engine")


class Bodies:
    """Whether the bodies of tools may run, and which did."""

    def __init__(self):
        self.gone, self.ran = False, []

    def __call__(self, name="body"):
        self.ran.append(name)
        if self.gone:
            raise SystemError(f"{name} was really called")


@pytest.fixture
def body():
    return Bodies()


@pytest.fixture
def twice(tmp_path, body):
    """Run something recorded, and again from the record; return what each came to, and the recorded calls."""

    def run(work, **options):
        with pytest_oao.record(tmp_path) as running:
            first = _outcome(work)
        body.gone = True
        with pytest_oao.replay(running.cassette, **options):
            second = _outcome(work)
        return first, second, pytest_oao.load(running.cassette).exchanges

    return run


def _outcome(work):
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return error


def call(name, number="c1", /, **args):
    return {"type": "tool_call", "name": name, "args": args, "id": number}


def ran(node, *messages):
    """Return what a node of tools answers in a graph."""
    graph = StateGraph(MessagesState)
    graph.add_node("tools", node)
    graph.add_edge(START, "tools")
    return [
        one
        for one in graph.compile().invoke({"messages": [*messages]})["messages"]
        if one.type == "tool" and vars(one).pop("id")
    ]


class TestForms:
    def test_a_function_a_class_and_an_old_one(self, twice, body):
        @tool
        def double(number: int) -> int:
            """Double."""
            body("double")
            return 2 * number

        class Shout(BaseTool):
            name: str = "shout"
            description: str = "Shout."

            def _run(self, text: str, run_manager: Any = None) -> str:
                body("shout")
                return text.upper()

        old = Tool(name="old", description="Old.", func=lambda text: body("old") or text[::-1])
        first, second, exchanges = twice(
            lambda: [
                double.invoke({"number": 4}),
                Shout().run("a"),
                old.invoke("abc"),
                double.invoke(call("double", number=1)),
            ]
        )
        assert first == second
        assert first[:3] == [8, "A", "cba"]
        assert isinstance(second[3], ToolMessage)
        assert [(one.call.target, one.call.body.json()) for one in exchanges] == [
            ("double", {"number": 4}),
            ("shout", {"tool_input": "a"}),
            ("old", {"tool_input": "abc"}),
            ("double", {"number": 1}),
        ]
        assert exchanges[3].call.attributes == {"gen_ai.tool.name": "double", "gen_ai.tool.call.id": "c1"}
        assert body.ran == ["double", "shout", "old", "double"]

    def test_sync_and_async_are_one_exchange_each(self, twice, body):
        @tool
        def plain(a: int) -> int:
            """A."""
            body()
            return a

        @tool
        async def later(a: int) -> int:
            """A."""
            await asyncio.sleep(0)
            body()
            return a

        both = StructuredTool.from_function(func=plain.func, coroutine=later.coroutine, name="both", description="B.")

        async def run():
            return [await one.ainvoke({"a": 1}) for one in (plain, later, both)]

        first, second, exchanges = twice(lambda: [*asyncio.run(run()), both.invoke({"a": 2})])
        assert first == second == [1, 1, 1, 2]
        assert [one.call.target for one in exchanges] == ["plain", "later", "both", "both"]

    def test_outside_of_a_session_a_tool_is_what_it_was(self, body):
        @tool
        def plain(a: int) -> int:
            """A."""
            body()
            return a

        assert plain.invoke({"a": 1}) == 1
        assert asyncio.run(plain.ainvoke({"a": 1})) == 1

    def test_a_tool_that_calls_a_tool(self, twice, body):
        @tool
        def inner(a: int) -> int:
            """I."""
            body("inner")
            return a + 1

        @tool
        def outer(a: int) -> int:
            """O."""
            body("outer")
            return inner.invoke({"a": a}) * 10

        first, second, exchanges = twice(lambda: outer.invoke({"a": 1}))
        assert first == second == 20
        assert [(one.call.target, one.call.parent) for one in exchanges] == [("outer", None), ("inner", 1)]

    def test_live_the_inner_one_is_asked_again(self, tmp_path, body):
        @tool
        def inner(a: int) -> int:
            """I."""
            body("inner")
            return a + 1

        @tool
        def outer(a: int) -> int:
            """O."""
            return inner.invoke({"a": a}) * 10

        with pytest_oao.record(tmp_path) as running:
            outer.invoke({"a": 1})
        body.gone = True
        with pytest_oao.replay(running.cassette, kinds={"execute_tool:outer": "live"}):
            assert outer.invoke({"a": 1}) == 20


@dataclass
class Order:
    number: str


class Paid(BaseModel):
    order: str
    amount: float


class TestResults:
    @pytest.mark.parametrize(
        "value", [Order("7"), Paid(order="7", amount=1.5), b"\x00", (1, [2]), {"a": None}, [Document(page_content="x")]]
    )
    def test_any_value_without_a_call_id(self, twice, body, value):
        @tool
        def get():
            """Get."""
            body()
            return value

        first, second, _ = twice(lambda: get.invoke({}))
        assert first == second == value
        assert type(second) is type(value)

    def test_content_and_artifact(self, twice, body):
        @tool(response_format="content_and_artifact")
        def get():
            """Get."""
            body()
            return [{"type": "text", "text": "two"}], Order("7")

        first, second, _ = twice(lambda: get.invoke(call("get")))
        assert first == second
        assert second.artifact == Order("7")
        assert second.content == [{"type": "text", "text": "two"}]

    def test_a_message_answers_the_call_of_the_replay(self, twice, body):
        @tool
        def get() -> str:
            """Get."""
            body()
            return "got"

        @tool
        def both(call_id: Annotated[str, InjectedToolCallId]) -> list:
            """Both."""
            body()
            return [
                Command(update={"messages": [ToolMessage("a", tool_call_id=call_id)]}),
                ToolMessage("b", tool_call_id="x"),
            ]

        ids = iter(str(uuid4()) for _ in range(4))
        first, second, _ = twice(
            lambda: [(one := next(ids)), get.invoke(call("get", one)), both.invoke(call("both", one))]
        )
        for number, got, (command, other) in (first, second):
            assert got.tool_call_id == number
            assert command.update["messages"][0].tool_call_id == number
            assert other.tool_call_id == "x"
        assert first[0] != second[0]

    def test_what_cannot_be_kept_stops_the_recording(self, tmp_path):
        @tool(response_format="content_and_artifact")
        def lock():
            """Lock."""
            return "locked", threading.Lock()

        where = r"execute_tool 'lock' .* type _?thread.* at \$.fields.artifact"
        with pytest.raises(UnkeptValue, match=where), pytest_oao.record(tmp_path, strict=True):
            lock.invoke(call("lock"))

    def test_a_changed_argument_is_told(self, tmp_path):
        @tool
        def get(a: int) -> int:
            """Get."""
            return a

        with pytest_oao.record(tmp_path) as running:
            get.invoke({"a": 1})
        with pytest.raises(Diverged, match="tool arguments changed"), pytest_oao.replay(running.cassette):
            get.invoke({"a": 2})


class TestErrors:
    @pytest.mark.parametrize(
        "error", [ToolException("no"), KeyError("k"), TimeoutError(), GraphInterrupt([Interrupt({"ask": 1}, "i1")])]
    )
    @pytest.mark.parametrize("later", [False, True])
    def test_what_a_tool_raises(self, twice, body, error, later):
        @tool
        def fail() -> str:
            """Fail."""
            body()
            raise error

        first, second, _ = twice(lambda: asyncio.run(fail.ainvoke({})) if later else fail.invoke({}))
        assert type(first) is type(second) is type(error)
        assert first.args == second.args

    @pytest.mark.parametrize("handle", [True, "sorry", lambda error: f"so {error}"])
    def test_what_a_tool_handles_itself(self, twice, body, handle):
        @tool
        def fail() -> str:
            """Fail."""
            body()
            raise ToolException("no")

        fail.handle_tool_error = handle
        first, second, _ = twice(lambda: fail.invoke(call("fail")))
        assert first == second
        assert second.status == "error"

    def test_arguments_that_do_not_fit(self, twice, body):
        @tool
        def count(number: int, names: list[str]) -> str:
            """Count."""
            body()
            return "counted"

        first, second, _ = twice(lambda: count.invoke({"number": "many", "names": [1]}))
        assert type(first) is type(second) is ValidationError
        assert first.errors() == second.errors()
        assert str(first) == str(second)

    def test_arguments_that_do_not_fit_are_told_to_the_model(self, twice, body):
        @tool
        def count(number: int, state: Annotated[dict, InjectedState]) -> str:
            """Count."""
            body()
            return "counted"

        asked = AIMessage("", tool_calls=[call("count", number="many")])
        first, second, _ = twice(lambda: ran(ToolNode([count]), asked))
        assert first == second
        assert "valid integer" in second[0].content
        assert body.ran == []


class TestInjected:
    def test_it_is_no_argument_and_is_found_again(self, twice, body):
        seen = []

        @tool
        def hand_over(
            to: str,
            state: Annotated[dict, InjectedState],
            messages: Annotated[list, InjectedState("messages")],
            call_id: Annotated[str, InjectedToolCallId],
            secret: Annotated[object, InjectedToolArg] = None,
        ) -> Command:
            """Hand over."""
            body()
            said = ToolMessage("over", tool_call_id=call_id)
            update = {
                **state,
                "messages": [*messages, said],
                "same": state["messages"],
                "copy": messages[0].model_copy(),
            }
            return Command(goto=[Send(to, update)], update=update, graph=Command.PARENT)

        def run():
            messages = [HumanMessage("hi", id=str(uuid4())), AIMessage("", tool_calls=[call("hand_over", to="b")])]
            state = {"messages": messages, "n": 1}
            node_call = call("hand_over", to="b", state=state, messages=messages)
            seen.append(state)
            return hand_over.invoke(node_call)

        first, second, exchanges = twice(run)
        assert exchanges[0].call.body.json() == {"to": "b"}
        for command, state in zip((first, second), seen, strict=True):
            for update in (command.update, command.goto[0].arg):
                assert update["messages"][:2] == state["messages"]
                assert update["messages"][2].content == "over"
                assert update["n"] == 1
                assert update["copy"] == state["messages"][0]
            assert command.goto[0].node == "b"
        assert second.update["messages"][0] is seen[1]["messages"][0]
        assert second.update["same"] is seen[1]["messages"]
        assert first.update["messages"][0].id != second.update["messages"][0].id

    def test_what_a_tool_changed_in_place_is_kept_as_it_is(self, twice, body):
        @tool
        def add(state: Annotated[dict, InjectedState]) -> Command:
            """Add."""
            body()
            state["notes"].append("new")
            return Command(update={"notes": state["notes"], "old": state["old"]})

        first, second, _ = twice(lambda: add.invoke(call("add", state={"notes": ["a"], "old": ["b"]})))
        assert first.update == second.update == {"notes": ["a", "new"], "old": ["b"]}

    def test_state_that_is_smaller_than_it_was_is_told(self, tmp_path, body):
        @tool
        def back(state: Annotated[dict, InjectedState]) -> Command:
            """Back."""
            return Command(update={"first": state["messages"][0]})

        with pytest_oao.record(tmp_path) as running:
            back.invoke(call("back", state={"messages": [HumanMessage("hi")]}))
        told = "/state/messages/0, which it is not given any more"
        with pytest.raises(UnkeptValue, match=told), pytest_oao.replay(running.cassette):
            back.invoke(call("back", state={"messages": []}))

    def test_a_node_gives_what_its_tools_ask_for(self, twice, body):
        @tool
        def count(state: Annotated[MessagesState, InjectedState], word: str) -> str:
            """Count."""
            body()
            return f"{len(state['messages'])} {word}"

        asked = AIMessage("", tool_calls=[call("count", "c1", word="x"), call("count", "c2", word="y")])
        first, second, exchanges = twice(lambda: ran(ToolNode([count]), HumanMessage("hi", id="m"), asked))
        assert first == second
        assert [one.content for one in second] == ["2 x", "2 y"]
        assert sorted(one.call.body.json()["word"] for one in exchanges) == ["x", "y"]
        assert len({one.call.lane for one in exchanges}) == 2


def test_an_older_langchain_tells_what_is_injected_by_the_schema_of_the_model():
    @tool
    def count(word: str, state: Annotated[dict, InjectedState]) -> str:
        """Count."""
        return word

    class Old:
        tool_call_schema = count.tool_call_schema

    given = Given(Old(), {"word": "x", "state": {}}, "c1")
    assert (given.arguments, given.injected) == ({"word": "x"}, {"state": {}})
    Old.tool_call_schema = {"properties": {"word": {}}}
    assert Given(Old(), {"word": "x", "state": {}}, "c1").arguments == {"word": "x"}


class Heard(BaseCallbackHandler):
    def __init__(self):
        self.events = []

    def on_tool_start(self, serialized, input_str, *, inputs=None, **_):
        self.events.append(["start", serialized, input_str, inputs])

    def on_tool_end(self, output, **_):
        self.events.append(["end", repr(output)])

    def on_tool_error(self, error, **_):
        self.events.append(["error", repr(error)])


def test_callbacks_hear_the_same_in_replay(twice, body):
    @tool
    def get(a: int, state: Annotated[dict, InjectedState]) -> str:
        """Get."""
        body()
        if a > 1:
            raise KeyError(a)
        return f"got {a}"

    heard = []

    def run():
        handler = Heard()
        heard.append(handler.events)
        config = {"callbacks": [handler]}
        get.invoke(call("get", a=1, state={"messages": []}), config)
        asyncio.run(get.ainvoke(call("get", a=1, state={"messages": []}), config))
        get.invoke(call("get", a=2, state={"messages": []}), config)

    twice(run)
    assert heard[0] == heard[1]
    assert [event[0] for event in heard[0]] == ["start", "end", "start", "end", "start", "error"]
    assert heard[0][0][3] == {"a": 1}


def test_a_cancelled_tool_is_cancelled_again(tmp_path):
    @tool
    async def hang() -> str:
        """Hang."""
        await asyncio.sleep(30)
        return "never"

    async def run():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await hang.ainvoke({})
        return "timed out"

    with pytest_oao.record(tmp_path) as running:
        assert asyncio.run(run()) == "timed out"
    with pytest_oao.replay(running.cassette):
        assert asyncio.run(run()) == "timed out"


@tool
def pay(amount: int) -> str:
    """Pay."""
    BODY[-1]()
    return f"{interrupt({'pay': amount})}: {amount} paid"


BODY = [lambda: None]


def approved(answer, count=1):
    """Run a graph whose tool asks a person, and resume it."""
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode([pay]))
    graph.add_conditional_edges(START, lambda state: [Send("tools", [one]) for one in state["messages"][-1].tool_calls])
    compiled = graph.compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": str(uuid4())}}
    asked = AIMessage("", tool_calls=[call("pay", f"c{amount}", amount=amount) for amount in range(count)])
    waits = compiled.invoke({"messages": [asked]}, config)["__interrupt__"]
    answers = answer if count == 1 else {one.id: f"{answer} {one.value}" for one in waits}
    done = compiled.invoke(Command(resume=answers), config)
    return [sorted(repr(one.value) for one in waits), [one.content for one in done["messages"]]]


class TestInterrupts:
    @pytest.mark.parametrize("count", [1, 2])
    def test_a_tool_that_asks_a_person_is_interrupted_and_resumed_in_replay(self, twice, body, monkeypatch, count):
        monkeypatch.setattr("test_langchain_tools.BODY", [body])
        first, second, exchanges = twice(lambda: approved("yes", count))
        assert first == second
        assert "yes" in repr(second)
        assert [one.call.kind for one in exchanges].count("human_input") == count

    def test_another_answer_is_told(self, tmp_path):
        with pytest_oao.record(tmp_path) as running:
            approved("yes")
        with pytest.raises(Diverged, match="tool arguments changed") as caught, pytest_oao.replay(running.cassette):
            approved("no")
        (change,) = caught.value.divergence.explanation.changes
        assert (change.expected, change.actual) == ("yes", "no")

    def test_live_the_person_is_not_asked_again(self, tmp_path):
        with pytest_oao.record(tmp_path) as running:
            first = approved("yes", 2)
        with pytest_oao.replay(running.cassette, kinds={"execute_tool": "live"}):
            assert approved("yes", 2) == first


def test_under_verify_fresh_ids_in_an_error_are_no_difference(tmp_path):
    @tool
    def fail(say: str) -> str:
        """Fail."""
        raise KeyError(f"{texts.pop()}: no order {uuid4()}")

    texts = ["other", "one", "one"]
    with pytest_oao.record(tmp_path) as running, pytest.raises(KeyError):
        fail.invoke({"say": "x"})
    with (
        pytest_oao.replay(running.cassette, kinds={"execute_tool": "verify"}),
        pytest.raises(KeyError, match="one: no order"),
    ):
        fail.invoke({"say": "x"})
    with (
        pytest.raises(Diverged, match="tool outcome changed"),
        pytest_oao.replay(running.cassette, kinds={"execute_tool": "verify"}),
    ):
        fail.invoke({"say": "x"})
