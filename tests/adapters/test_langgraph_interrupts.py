import pytest

pytest.importorskip("langgraph")

from typing import TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph
from langgraph.types import Command, interrupt

import pytest_oao as oao
from pytest_oao.errors import Diverged

HELD = interrupt
"""Imported before any adapter is installed, as an agent's module does it."""


class State(TypedDict, total=False):
    order: str
    approved: bool
    size: str


def approve(state):
    approved = HELD({"question": "Approve?", "order": state["order"]})
    size = interrupt("Which size?")
    return {"approved": approved, "size": size}


def run(*answers):
    graph = StateGraph(State).add_node(approve).set_entry_point("approve").compile(checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    found = [graph.invoke({"order": "4711"}, config)]
    found += [graph.invoke(Command(resume=answer), config) for answer in answers]
    return [one.get("__interrupt__", ()) and [each.value for each in one["__interrupt__"]] for one in found], found[-1]


def test_answers_that_resume_a_graph_are_a_persons(tmp_path):
    with oao.record(tmp_path) as recording:
        recorded = run(True, "M")
    assert recorded[0] == [[{"question": "Approve?", "order": "4711"}], ["Which size?"], ()]
    with oao.replay(recording.cassette) as session:
        assert run(True, "M") == recorded
        calls = [(call.kind, call.target, call.request["answer"]) for call in session.calls]
    assert calls == [("human_input", "interrupt", answer) for answer in (True, True, "M")]


def test_an_answer_that_changed_is_told(tmp_path):
    with oao.record(tmp_path) as recording:
        run(True, "M")
    with pytest.raises(Diverged) as caught, oao.replay(recording.cassette):
        run(False, "M")
    divergence = caught.value.divergence
    assert (divergence.name, divergence.number) == ("request changed", 1)
    assert [change.path for change in divergence.explanation.changes] == ["$.answer"]


def test_without_a_session_langgraph_is_as_it_was():
    assert run(True, "M")[1]["approved"] is True
    assert "_oao_interrupt" not in interrupt.__globals__
