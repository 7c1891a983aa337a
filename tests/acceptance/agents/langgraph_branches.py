"""A graph of parallel branches and a map over items, with models and tools in each, and checkpoints on the way.

Everything takes a random time, in each run another one: which call belongs to which branch must not depend on it.
"""

import asyncio
import operator
import time
from pathlib import Path
from typing import Annotated, TypedDict
from uuid import uuid4

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import RetryPolicy, Send
from world import touch, url

SCRIPT = [
    {"of": "You plan", "text": "the plan {nonce}", "calls": [["look", {"at": "sea"}], ["look", {"at": "sea"}]]},
    {"of": "You judge", "text": "judged: {last} {nonce}"},
    {"of": "You sum up", "text": "so it is {nonce}"},
]
VARIANTS = ("invoke", "ainvoke", "stream", "astream")
MUTATIONS = {
    "prompt edited": ["request changed", 12],
    "tool removed": ["request changed", "0.3 POST /chat/completions"],
    "arguments changed": ["tool arguments changed", "0.2 weigh"],
    "order swapped": ["calls reordered", "0.2 weigh"],
    "extra call": ["extra call", 13],
}
RUNNER = asyncio.Runner()


def chance():
    """Return a number that no replay gives again: a program's own `random` would be the recorded one."""
    return int.from_bytes(CHANCE.read(3)) / 2**24


CHANCE = Path("/dev/urandom").open("rb", buffering=0)  # noqa: SIM115 - for as long as the process lives
FAILED = []


class State(TypedDict):
    items: list[str]
    parts: Annotated[list[str], operator.add]
    whole: str


def pause():
    time.sleep(chance() * 0.004)


@tool
def look(at: str) -> str:
    """Look at something."""
    pause()
    touch("look")
    return f"{at} number {int(chance() * 10**6)}"


@tool
async def weigh(item: str, times: int = 1) -> str:
    """Weigh an item."""
    await asyncio.sleep(chance() * 0.004)
    touch("weigh")
    return f"{item} weighs {int(chance() * 10**6)}"


@tool
def fetch(item: str) -> str:
    """Fetch an item; the first time it is not there."""
    touch("fetch")
    if item not in FAILED:
        FAILED.append(item)
        raise ConnectionError("not there yet")
    return f"{item} fetched"


def ask(system, text, tools=()):
    pause()
    model = ChatOpenAI(model="scripted", base_url=url("langgraph_branches"), max_retries=0)
    with_tools = model.bind_tools(tools) if tools else model
    return with_tools.invoke([SystemMessage(system), HumanMessage(text)])


def measured(state):
    return {"parts": [asyncio.run(weigh.ainvoke({"item": "b", "times": 2}))]}


def fetched(state):
    pause()
    return {"parts": [fetch.invoke({"item": "e"})]}


def judged(item):
    return {"parts": [ask("You judge.", item["item"]).text]}


def graph(mutation):
    def plan(state):
        tools = [look, weigh] if mutation != "tool removed" else [look]
        said = ask("You plan.", "What to look at?", tools)
        seen = ToolNode([look]).invoke([said])
        return {"parts": [said.text, *(one.content for one in seen)]}

    def pick(state):
        times = 4 if mutation == "arguments changed" else 3
        first, second = {"item": "c", "times": times}, {"item": "d", "times": 1}
        asked = [second, first] if mutation == "order swapped" else [first, second]
        return {"parts": [asyncio.run(weigh.ainvoke(one)) for one in asked]}

    def whole(state):
        prompt = f"You sum up{' briefly' if mutation == 'prompt edited' else ''}."
        text = ask(prompt, repr(state["parts"])).text
        if mutation == "extra call":
            ask(prompt, repr(state["parts"]))
        return {"whole": text}

    built = StateGraph(State)
    retry = RetryPolicy(initial_interval=0.001, jitter=False, retry_on=ConnectionError)
    built.add_node("get", fetched, retry_policy=retry)
    nodes = {"plan": plan, "measure": measured, "pick": pick, "judge": judged, "whole": whole}
    for name, node in nodes.items():
        built.add_node(name, node)
    for node in ("plan", "measure", "pick", "get"):
        built.add_edge(START, node)
        built.add_edge(node, "fan")
    built.add_node("fan", lambda _: {})
    built.add_conditional_edges("fan", lambda state: [Send("judge", {"item": one}) for one in state["items"]])
    built.add_edge("judge", "whole")
    built.add_edge("whole", END)
    return built.compile(checkpointer=InMemorySaver())


def run(variant, mutation):
    FAILED.clear()
    config = {"configurable": {"thread_id": str(uuid4())}}
    return RUN[variant](graph(mutation), {"items": ["x", "y", "x"], "parts": []}, config)


def invoked(built, task, config):
    return built.invoke(task, config)


def ainvoked(built, task, config):
    return RUNNER.run(built.ainvoke(task, config))


def streamed(built, task, config):
    modes = ["messages", "updates", "custom"]
    chunks = [part for mode, part in built.stream(task, config, stream_mode=modes) if mode == "updates"]
    return [sorted(map(repr, chunks)), built.get_state(config).values]


def astreamed(built, task, config):
    async def read():
        modes = ["messages", "updates"]
        return [part async for mode, part in built.astream(task, config, stream_mode=modes) if mode == "updates"]

    return sorted(map(repr, RUNNER.run(read())))


RUN = {"invoke": invoked, "ainvoke": ainvoked, "stream": streamed, "astream": astreamed}
