import json

import pytest

from pytest_oao.adapters.mcp_messages import answer_of, call_of, outcome_of
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised
from pytest_oao.report.call_text import asks, came, headed, subject

TEXT = {"type": "text", "text": "two hits"}
IMAGE = {"type": "image", "data": "iVBOR", "mimeType": "image/png"}


def came_of(result, said=(), call=None):
    times = tuple(range(len(said) + 1))
    return came(Exchange(1, call or call_of("tools/call", {"name": "search"}, "0"), outcome_of(said, times, result)))


def test_a_tool_call_is_told_by_its_method_its_tool_and_its_arguments():
    call = call_of("tools/call", {"name": "search", "arguments": {"query": "é"}, "_meta": {"progressToken": 1}}, "0")

    assert subject(call) == "mcp tools/call search"
    assert headed(call) == 'mcp tools/call search({"query": "é"})'
    assert asks(call) == ['{"query": "é"}']


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"content": [TEXT], "isError": False}, "two hits"),
        ({"content": [TEXT], "isError": True}, "failed: two hits"),
        ({"content": [TEXT, IMAGE]}, "two hits\n(image/png, 5 characters of base64)"),
        ({"contents": [{"uri": "a://b", "text": "terms"}]}, "terms"),
        ({"contents": [{"uri": "a://b", "blob": "AAAA"}]}, "(content, 4 characters of base64)"),
        ({"messages": [{"role": "user", "content": TEXT}]}, "user: two hits"),
        ({"tools": [{"name": "search"}, {"name": "order"}]}, "2 tools: search, order"),
        ({"prompts": [{"name": "greet"}]}, "1 prompt: greet"),
        ({"resources": []}, "0 resources: "),
        ({"content": []}, '{"content": []}'),
        ({}, "{}"),
        ([1], "[1]"),
    ],
)
def test_results_are_told_by_what_they_say(result, text):
    assert came_of(result) == text


def test_what_the_server_says_before_its_answer_stands_before_it():
    said = [
        {"method": "sampling/createMessage", "params": {"messages": [{"role": "user", "content": TEXT}]}},
        {"method": "elicitation/create", "params": {"message": "which size?", "requestedSchema": {}}},
        {"method": "notifications/progress", "params": {"progress": 1.0, "total": 2.0, "message": "half"}},
        {"method": "notifications/message", "params": {"level": "info", "data": "busy", "_meta": {}}},
        {"method": "roots/list"},
    ]

    assert came_of({"content": [TEXT]}, said).splitlines() == [
        "← sampling/createMessage: user: two hits",
        "← elicitation/create: which size?",
        "← notifications/progress: 1.0/2.0 half",
        '← notifications/message: {"level": "info", "data": "busy"}',
        "← roots/list",
        "→ two hits",
    ]


def test_a_failure_is_told_with_what_was_said_before():
    failure = Raised("MCPError", "Connection closed")

    assert came_of(failure) == "raised MCPError: Connection closed"
    assert came_of(failure, [{"method": "roots/list"}]) == "← roots/list\nraised MCPError: Connection closed"


def test_an_answer_of_the_client_is_told_by_what_it_says():
    call = answer_of("sampling/createMessage", {"result": {"role": "assistant", "content": [TEXT]}}, "0.1")
    refused = answer_of("sampling/createMessage", {"error": {"code": -1, "message": "no"}}, "0.1")

    assert (subject(call), asks(call)) == ("mcp answer sampling/createMessage", ["two hits"])
    assert json.loads(asks(refused)[0]) == {"error": {"code": -1, "message": "no"}}
