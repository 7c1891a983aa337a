import asyncio
import json

import pytest

from pytest_oao.adapters.mcp_conversations import Conversation
from pytest_oao.adapters.mcp_messages import answer_of, call_of, end_of, outcome_of, said_in
from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.lanes import Lane, perform, performing

FAILURE = Raised("MCPError", "no", {"code": -1, "message": "no"})
ASKED = {"method": "sampling/createMessage", "params": {"maxTokens": 9}}
HEARD = {"method": "notifications/message", "params": {"data": "é\ud83d"}}


def test_what_only_carries_a_request_is_left_out_of_it():
    call = call_of("tools/call", {"name": "search", "arguments": {"q": "é"}, "_meta": {"progressToken": 7}}, "0.1")

    assert (call.kind, call.target, call.lane) == ("mcp", "tools/call search", "0.1")
    assert call.body.data == '{"name":"search","arguments":{"q":"é"}}'.encode()


def test_the_handshake_of_another_version_of_the_library_is_the_same_call():
    def handshake(version):
        told = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "agent", "version": version}}
        return call_of("initialize", told, "0")

    assert handshake("2025-06-18").body == handshake("2025-11-25").body
    assert handshake("2025-06-18").attributes["mcp.protocol.version"] == "2025-06-18"


@pytest.mark.parametrize("params", [None, {}, {"_meta": {}}])
def test_a_request_without_parameters_has_no_body(params):
    assert call_of("tools/list", params, "0").body.data == b""


def test_what_the_client_answers_is_a_call():
    call = answer_of("roots/list", {"result": {"roots": []}}, "0.3")

    assert (call.kind, call.target, call.body.json()) == ("mcp", "answer roots/list", {"result": {"roots": []}})


def test_a_result_is_what_came_back():
    outcome = outcome_of([], [0.5], {"content": []})

    assert isinstance(outcome, Returned)
    assert (outcome.body.data, end_of(outcome), said_in(outcome)) == (b'{"content":[]}', {"content": []}, [])


def test_a_failure_is_what_came_back():
    outcome = outcome_of([], [0.5], FAILURE)

    assert (outcome, end_of(outcome), said_in(outcome)) == (FAILURE, FAILURE, [])


@pytest.mark.parametrize("end", [{"content": []}, FAILURE])
def test_with_what_the_server_said_before_it_is_a_stream(end):
    outcome = outcome_of([ASKED, HEARD], [0.1, 0.2, 0.5], end)

    assert isinstance(outcome, Streamed)
    assert [json.loads(line) for line in outcome.chunks()][:2] == [ASKED, HEARD]
    assert (said_in(outcome), end_of(outcome)) == ([ASKED, HEARD], end)
    assert len(outcome.times) == len(outcome.sizes)


class Gateway:
    lane = Lane()

    def settle(self, admission, outcome):
        self.outcome = outcome


def conversation():
    return Conversation(Gateway(), Admission(1, call_of("tools/call", {"name": "slow"}, "0")))


def test_what_comes_after_the_answer_is_no_part_of_it_and_what_the_agent_does_then_is_not_recorded():
    one, performed = conversation(), []

    async def late():
        performed.append(performing())

    one.came_to({})
    one.is_over = True
    with perform():
        asyncio.run(one.notified(one.hear("notifications/message", {}), late))
    assert performed == [True]
    assert said_in(one.gateway.outcome) == []


def test_a_message_that_the_agent_is_busy_with_when_the_answer_comes_is_marked():
    one = conversation()

    async def slow():
        one.came_to({})

    asyncio.run(one.notified(one.hear("notifications/message", None), slow))
    assert said_in(one.gateway.outcome) == [{"method": "notifications/message", "unfinished": True}]
