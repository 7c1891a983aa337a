"""Which lane a node of a graph runs in, whatever else LangGraph starts and however long that takes."""

import asyncio
import operator
import random
import time
from typing import Annotated, TypedDict
from uuid import uuid4

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_langgraph import LanggraphLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import current, running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder

pytest.importorskip("langgraph")

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Send

pytestmark = pytest.mark.usefixtures("no_engine")


class State(TypedDict):
    lanes: Annotated[list, operator.add]


def pause():
    time.sleep(random.random() / 300)


def noted(name):
    return {"lanes": [[name, current().lane.path]]}


def node(name):
    def run(_):
        write = get_stream_writer()
        for number in range(random.randrange(4)):
            write(number)
            pause()
        return noted(name)

    return run


def anode(name):
    async def run(_):
        write = get_stream_writer()
        for number in range(random.randrange(4)):
            write(number)
            await asyncio.sleep(random.random() / 300)
        inner = await asyncio.gather(inside(), inside())
        return {"lanes": [*noted(name)["lanes"], [f"{name} inside", *inner]]}

    async def inside():
        return current().lane.path

    return run


def graph(make):
    built = StateGraph(State)
    for name in ("a", "b", "c"):
        built.add_node(name, make(name))
        built.add_edge(START, name)
    built.add_node("one", make("one"))
    built.add_edge(["a", "b", "c"], "one")
    built.add_node("each", make("each"))
    built.add_conditional_edges("one", lambda _: [Send("each", {})] * 3)
    return built.compile(checkpointer=InMemorySaver())


def streamed(mode):
    config = {"configurable": {"thread_id": str(uuid4())}}
    parts = list(graph(node).stream({"lanes": []}, config, stream_mode=["values", *mode]))
    return [part for kind, part in parts if kind == "values"][-1]["lanes"]


def astreamed(mode):
    async def read():
        config = {"configurable": {"thread_id": str(uuid4())}}
        stream = graph(anode).astream({"lanes": []}, config, stream_mode=["values", *mode])
        return [part async for kind, part in stream if kind == "values"][-1]["lanes"]

    return asyncio.run(read())


def functional(_):
    @task
    def work(number):
        pause()
        return [number, current().lane.path]

    @entrypoint(checkpointer=InMemorySaver())
    def flow(count):
        return [one.result() for one in [work(number) for number in range(count)]]

    return flow.invoke(4, {"configurable": {"thread_id": str(uuid4())}})


@pytest.mark.parametrize("mode", [[], ["custom"], ["messages", "custom"]], ids="-".join)
@pytest.mark.parametrize("run", [streamed, astreamed, functional])
def test_a_node_has_the_same_lane_however_it_is_scheduled(tmp_path, run, mode):
    installation = Installation([AsyncioLanes(), ThreadLanes(), LanggraphLanes()])
    seen = []
    for _ in range(15):
        with running(Gateway(Header("x"), Recorder(), Scribe(Redactor(), Project(tmp_path)))):
            seen.append(run(mode))
    installation.uninstall()
    assert all(one == seen[0] for one in seen)
    parallel = [lane for name, lane, *_ in seen[0] if name in {"a", "b", "c", 0, 1, 2, 3}]
    assert len(set(parallel)) == len(parallel) >= 3
