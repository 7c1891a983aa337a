"""A graph that asks a person twice: in a node before it books, and in a tool that pays; resumed by whoever runs it."""

import asyncio
from typing import Annotated, TypedDict
from uuid import uuid4

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, interrupt
from world import touch, url

SCRIPT = [
    {"of": "You book", "turn": 0, "text": "A seat on the 7 o'clock, {nonce}.", "calls": [["seats", {"train": "7"}]]},
    {"of": "You book", "turn": 1, "calls": [["pay", {"amount": 50}]]},
    {"of": "You book", "turn": 2, "last": "refused", "text": "Then not ({nonce})"},
    {"of": "You book", "turn": 2, "text": "Booked: {last} ({nonce})"},
]
VARIANTS = ("invoke", "stream", "ainvoke", "astream")
MUTATIONS = {
    "answer changed": ["request changed", 1],
    "answer to the tool changed": ["tool arguments changed", 6],
    "question edited": ["request changed", 1],
    "prompt edited": ["request changed", 2],
    "tool removed": ["request changed", 2],
    "extra call": ["extra call", 9],
}
RUNNER = asyncio.Runner()


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    name: str


@tool
def seats(train: str) -> str:
    """Count the seats that are left."""
    touch("seats")
    return f"{len(train)} left on the {train}"


@tool
def pay(amount: int) -> str:
    """Pay for the ticket."""
    decision = interrupt({"action": "pay", "amount": amount})
    touch("pay")
    return f"{decision['amount']} paid" if decision["approved"] else "refused"


def graph(mutation):
    tools = [seats, pay] if mutation != "tool removed" else [pay]
    prompt = "You book, and briefly." if mutation == "prompt edited" else "You book."
    model = ChatOpenAI(model="scripted", base_url=url("langgraph_interrupt"), max_retries=0).bind_tools(tools)

    def asked(state):
        return {"name": interrupt("Your name?" if mutation == "question edited" else "Who travels?")}

    def thought(state):
        messages = [SystemMessage(prompt), HumanMessage(f"for {state['name']}"), *state["messages"]]
        return {"messages": [model.invoke(messages)]}

    built = StateGraph(State)
    built.add_node("ask", asked)
    built.add_node("model", thought)
    built.add_node("tools", ToolNode([seats, pay]))
    built.add_edge(START, "ask")
    built.add_edge("ask", "model")
    built.add_conditional_edges("model", tools_condition, ["tools", END])
    built.add_edge("tools", "model")
    return built.compile(checkpointer=InMemorySaver())


def run(variant, mutation):
    built, config = graph(mutation), {"configurable": {"thread_id": str(uuid4())}}
    given = [
        {"messages": []},
        Command(resume="Bert" if mutation == "answer changed" else "Anna"),
        Command(resume={"approved": mutation != "answer to the tool changed", "amount": 50}),
    ]
    questions = []
    for one in given:
        RUN[variant](built, one, config)
        questions.append([each.value for each in built.get_state(config).interrupts])
    messages = built.get_state(config).values["messages"]
    if mutation == "extra call":
        seats.invoke({"train": "8"})
    return {"questions": questions, "messages": [message.text for message in messages]}


def invoked(built, given, config):
    built.invoke(given, config)


def ainvoked(built, given, config):
    RUNNER.run(built.ainvoke(given, config))


def streamed(built, given, config):
    assert [*built.stream(given, config, stream_mode="updates")]


def astreamed(built, given, config):
    async def read():
        return [part async for part in built.astream(given, config, stream_mode="messages")]

    RUNNER.run(read())


RUN = {"invoke": invoked, "stream": streamed, "ainvoke": ainvoked, "astream": astreamed}
