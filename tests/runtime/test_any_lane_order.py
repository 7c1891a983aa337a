"""In which order calls may come whose record has other lanes, and which of an import's need not."""

from dataclasses import replace

import pytest
from runtime_samples import REDACTOR, call, said, session

from pytest_oao.errors import Diverged
from pytest_oao.model.provenance import Provenance
from pytest_oao.runtime.any_lane_order import AnyLaneOrder
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.replaying import Comparing, ReportContext, replayer_of
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project


def tool(name, parent=None):
    return replace(call({"q": "x"}, kind="execute_tool", target=name), parent=parent)


def model(text, parent=None, lane="0"):
    return replace(call(text, lane), parent=parent)


class Replay:
    """A run against an import of these calls, or against what production recorded of them."""

    def __init__(self, *calls, order="lane", imported=True):
        recorded = session(*calls)
        provenance = (lambda seq: Provenance(str(seq))) if imported else lambda _: None
        exchanges = tuple(replace(one, provenance=provenance(one.seq)) for one in recorded.exchanges)
        recorded = replace(recorded, exchanges=exchanges)
        source = replayer_of(recorded, exchanges, Comparing(REDACTOR, order=order), ReportContext())
        self.gateway = Gateway(recorded.header, source, Scribe(REDACTOR, Project("nowhere")))

    def __call__(self, made):
        return said(self.gateway.admit(made).recorded.outcome)

    def finish(self):
        self.gateway.finish()


CALLS = (
    model("plan"),
    tool("ask_billing"),
    model("bill", 2),
    tool("search", 2),
    model("rank", 4),
    tool("search"),
    model("sum up"),
)
"""A tool that asks a model and runs another tool, which asks one too; after it, the agent runs that tool itself."""


@pytest.fixture(params=["lane", "any"])
def nested(request):
    return Replay(*CALLS, order=request.param)


def test_what_an_answered_tool_made_is_not_missed(nested):
    found = [nested(one) for one in (model("plan"), tool("ask_billing"), tool("search"), model("sum up"))]
    nested.finish()
    assert found == ["answer 1", "answer 2", "answer 6", "answer 7"]


def test_what_an_answered_tool_made_answers_nothing_else(nested):
    nested(model("plan"))
    nested(tool("ask_billing"))
    with pytest.raises(Diverged):
        nested(model("bill"))


def test_what_a_tool_made_is_answered_where_no_seam_saw_the_tool():
    run = Replay(*CALLS)
    found = [run(model(text)) for text in ("plan", "bill", "rank", "sum up")]
    run.finish()
    assert found == ["answer 1", "answer 3", "answer 5", "answer 7"]


def test_what_a_tool_made_is_missed_where_no_seam_saw_the_tool():
    run = Replay(*CALLS)
    run(model("plan"))
    run(model("bill"))
    with pytest.raises(Diverged, match="call missing: call 5 of 7"):
        run.finish()


def test_what_was_made_before_a_tool_is_answered_stays():
    run = Replay(*CALLS)
    run(model("plan"))
    run(model("bill"))
    run(tool("ask_billing"))
    assert run(model("sum up")) == "answer 7"
    run.finish()


@pytest.mark.parametrize("order", ["lane", "any"])
def test_tools_of_an_import_that_no_seam_sees_are_not_missed(order):
    run = Replay(model("plan"), tool("search"), model("sum up"), order=order)
    assert [run(one) for one in (model("plan"), model("sum up"))] == ["answer 1", "answer 3"]
    run.finish()


@pytest.mark.parametrize("order", ["lane", "any"])
def test_models_calls_of_an_import_are_missed(order):
    run = Replay(model("plan"), tool("search"), model("sum up"), order=order)
    run(model("plan"))
    with pytest.raises(Diverged, match="call missing: call 3 of 3"):
        run.finish()


@pytest.mark.parametrize("order", ["lane", "any"])
def test_how_many_calls_are_missed_and_how_many_were_not_made_besides_is_told(order):
    def cause(*calls, made=0):
        run = Replay(*calls, order=order)
        for one in calls[:made]:
            run(one)
        with pytest.raises(Diverged) as raised:
            run.finish()
        return raised.value.divergence.explanation.cause

    ended = "the run ended, and "
    assert cause(*CALLS) == f"{ended}4 recorded model calls were never made; 3 others, of tools or people, need not be"
    assert (
        cause(*CALLS, made=1)
        == f"{ended}3 recorded model calls were never made; 3 others, of tools or people, need not be"
    )
    assert (
        cause(*CALLS, made=2)
        == f"{ended}1 recorded model call was never made; 1 other, of tools or people, need not be"
    )
    assert cause(model("plan"), tool("a"), model("end"), made=2) == f"{ended}1 recorded model call was never made"
    http = call({}, kind="http", target="GET /")
    assert (
        cause(model("plan"), tool("a"), http)
        == f"{ended}2 recorded calls were never made; 1 other, of tools or people, need not be"
    )


@pytest.mark.parametrize("order", ["lane", "any"])
def test_what_an_answered_tool_made_in_lanes_of_its_own_is_not_missed(order):
    both = [model("one", 2, "0.0"), model("other", 3, "0.1")]
    run = Replay(model("plan"), tool("left"), tool("right"), *both, model("sum up"), order=order)
    assert [run(one) for one in (model("plan"), tool("right"), tool("left"), model("sum up"))][-1] == "answer 6"
    run.finish()


def test_calls_that_lie_within_each_other_are_answered():
    run = Replay(model("plan"), tool("a", 3), tool("b", 2), model("sum up"))
    assert [run(one) for one in (model("plan"), tool("a"), model("sum up"))][-1] == "answer 4"
    run.finish()


SERVED = model("plan"), model("search", lane="0.1"), model("sum up", lane="0.1")
"""What a web framework made of an agent that answers in a stream."""


@pytest.mark.parametrize("lanes", [("0", "0", "0"), ("0", "0.1", "0.1"), ("0.4", "0.4", "0.4.0"), ("0.t1", "0", "0.2")])
def test_a_run_of_production_is_answered_in_whatever_lanes_it_is_run_again(lanes):
    run = Replay(*SERVED, imported=False)
    found = [run(replace(one, lane=lane)) for one, lane in zip(SERVED, lanes, strict=True)]
    run.finish()
    assert found == ["answer 1", "answer 2", "answer 3"]


def test_calls_of_one_lane_of_production_keep_their_order_in_any_other():
    run = Replay(*SERVED, imported=False)
    run(model("plan"))
    run(model("sum up"))
    with pytest.raises(Diverged, match="calls reordered"):
        run(model("search"))


def test_a_tool_that_production_called_is_missed():
    run = Replay(model("plan", lane="0.0"), tool("search"), imported=False)
    run(model("plan"))
    with pytest.raises(Diverged, match="call missing: call 2 of 2"):
        run.finish()


def test_equal_calls_of_lanes_that_are_the_record_s_keep_their_answers():
    calls = [model("hi", lane="0.0"), model("hi", lane="0.1"), model("more", lane="0.0"), model("more", lane="0.1")]
    run = Replay(*calls, imported=False)
    assert [run(calls[at]) for at in (1, 3, 0, 2)] == ["answer 2", "answer 4", "answer 1", "answer 3"]
    run.finish()


def test_a_lane_stays_with_the_recorded_one_that_answered_it_first():
    calls = [model("one", lane="0.4"), model("two", lane="0.5"), model("hi", lane="0.4"), model("hi", lane="0.5")]
    run = Replay(*calls, imported=False)
    live = [model("two", lane="0.0"), model("hi", lane="0.0"), model("one", lane="0.1"), model("hi", lane="0.1")]
    assert [run(one) for one in live] == ["answer 2", "answer 4", "answer 1", "answer 3"]
    run.finish()


def test_a_call_that_no_lane_has_is_compared_with_what_its_own_has_next():
    run = Replay(model("one", lane="0.0"), model("other", lane="0.1"), imported=False)
    with pytest.raises(Diverged) as raised:
        run(model("another", lane="0.1"))
    assert raised.value.divergence.expected.seq == 2


ASKED = model("plan"), replace(tool("refund"), caused_by=1), model("sum up")


def test_a_tool_of_an_import_is_not_answered_before_the_call_that_asks_for_it():
    run = Replay(*ASKED)
    with pytest.raises(Diverged, match="call missing: call 1 of 3") as raised:
        run(tool("refund"))
    assert raised.value.divergence.actual.target == "refund"


@pytest.mark.parametrize("order", ["lane", "any"])
def test_a_tool_of_an_import_is_answered_whenever_it_comes_after_that(order):
    run = Replay(*ASKED, order=order)
    assert [run(one) for one in (ASKED[0], ASKED[2], tool("refund"))] == ["answer 1", "answer 3", "answer 2"]
    run.finish()


def test_any_order_takes_a_tool_before_it_is_asked_for():
    run = Replay(*ASKED, order="any")
    assert run(tool("refund")) == "answer 2"


def test_of_equal_tools_each_waits_for_the_call_that_asks_for_it():
    again = replace(tool("refund"), caused_by=3)
    run = Replay(*ASKED, again, model("done"))
    run(ASKED[0])
    run(tool("refund"))
    with pytest.raises(Diverged, match=r"extra call|call missing: call 3 of 5"):
        run(tool("refund"))


def test_a_lane_that_made_all_its_calls_has_nothing_more_due():
    """So a thread that looks for messages is not told to wait for what another one does."""
    calls = [model("hi", lane="0.0"), model("close", lane="0")]
    order = AnyLaneOrder(session(*calls).exchanges)
    strand = order.strand(calls[0])
    strand.take(0)
    assert order.strand(calls[0]) is strand
    assert strand.is_over()
