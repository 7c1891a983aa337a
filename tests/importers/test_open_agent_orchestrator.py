import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given, settings
from importer_samples import sessions_in

from pytest_oao.errors import MissingContent
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.payloads import loads


def event(kind, step=0, execution="ex-1", **fields):
    told = {"execution_id": execution, "step_number": step, "event_type": kind, "timestamp": 1_795_255_200.0 + step}
    return told | {"input_data": None, "output_data": None, "error": None, "cumulative_tokens": step * 10} | fields


START = event("EXECUTION_STARTED", input_data={"task": "Rain?", "agent": "Weather"})
TOOL = event("TOOL_CALL_SUCCESS", 2, input_data={"tool_name": "rain", "tool_hash": "ab"}, output_data={"result": [1]})
END = event("EXECUTION_COMPLETED", 3, output_data={"status": "SUCCESS"})
RUN = [START, event("STATE_ENTER", 1, state="PLAN"), TOOL, END]


def read(*events):
    data = b"\n".join(as_json(one) for one in events)
    assert detect(FileDump("x", data), IMPORTERS).name == "open-agent-orchestrator"
    return sessions_in(data, "x.jsonl")


def test_an_execution_is_a_session_of_its_tools():
    (session,) = read(*RUN)
    (tool,) = session.exchanges
    assert (session.header.id, session.ending.status) == ("ex-1", "passed")
    told = session.header.metadata
    assert (told["input"], told["output"], told["tokens"]) == ("Rain?", {"status": "SUCCESS"}, 30)
    assert (tool.call.target, loads(tool.outcome.body.data)) == ("rain", [1])
    assert tool.provenance.lacked == ("tool arguments",)


def test_a_beginning_belongs_to_its_end():
    begun = event("TOOL_CALL", 1, input_data={"tool_name": "rain", "tool_hash": "ab", "arguments": {"place": "x"}})
    failed = event("TOOL_CALL_FAILED", 4, input_data={"tool_name": "snow"}, error="none")
    open_end = event("TOOL_CALL", 5, input_data={"tool_name": "fog", "kwargs": {}})
    (session,) = read(START, begun, TOOL, failed, open_end)
    first, second = session.exchanges
    assert loads(first.call.body.data) == {"place": "x"}
    assert (first.started_at, first.duration, first.provenance.lacked) == (1_795_255_201.0, 1.0, ())
    assert second.outcome == Raised("ToolError", "none")
    assert [call.target for call in session.in_doubt] == ["fog"]


def test_how_it_failed_is_how_it_ended():
    (session,) = read(START, TOOL, event("POLICY_VIOLATION", 3, error="too many tokens"))
    assert (session.ending.status, session.ending.message) == ("failed", "too many tokens")
    (silent,) = read(START, TOOL, event("TIMEOUT_EXCEEDED", 3))
    assert silent.ending.message == "TIMEOUT_EXCEEDED"


def test_executions_are_told_apart():
    other = [{**one, "execution_id": "ex-2"} for one in RUN]
    assert [one.header.id for one in read(*RUN, *other)] == ["ex-1", "ex-2"]


def test_an_execution_without_tools_is_refused_for_nothing_else_is_kept():
    with pytest.raises(MissingContent, match="nothing else of what it asked"):
        read(START, END)


def test_secrets_do_not_reach_a_cassette(tmp_path):
    kept = {"execution_id", "event_type"}
    assert_clean(read(*planted(RUN, kept)), tmp_path)


@settings(deadline=None, max_examples=60)
@given(mutated([RUN]))
def test_what_is_broken_is_an_error_of_ours(value):
    survives(as_json(value), "open-agent-orchestrator")


@settings(deadline=None, max_examples=30)
@given(JSON_VALUES)
def test_any_json_is_an_error_of_ours(value):
    survives(as_json(value), "open-agent-orchestrator")
