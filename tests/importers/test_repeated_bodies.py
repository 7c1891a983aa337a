import json
import sys
from pathlib import Path

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_oao.cassette.encodings import compact
from pytest_oao.importers.quoted_results import Conversations, results_of
from pytest_oao.importers.repeated_bodies import RepeatedBodies
from pytest_oao.importers.tool_parts import CALLS
from pytest_oao.providers.codecs import CODECS

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import agent_log

VALUES = st.sampled_from(
    [1, 1.0, True, 0, False, None, "a", '],"k":1}', "}", 1e-7, 2**70, "\ud800", [], {}, [1], {"a": 1}]
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(["role", "content"]), VALUES, max_size=2) | VALUES, max_size=4)
BODIES = st.fixed_dictionaries(
    {}, optional={"model": VALUES, "messages": ITEMS, "k": VALUES, "tools": ITEMS, "x": VALUES}
)


@example([{"messages": [{"a": 1}], "k": 1}, {"messages": [{"a": 1}, {"a": 2}], "k": 1.0}])
@example([{"messages": [{"a": 1}], "k": 1}, {"messages": [{"a": 1}, {"a": 1.0}], "x": [2], "k": 1}])
@example([{"messages": [1]}, {"messages": [12]}])
@example([{"input": [{"a": 1}]}, {"input": [{"a": 1}, {"a": 2}], "messages": []}])
@given(st.lists(BODIES, max_size=5))
def test_a_body_says_the_same_to_the_byte_whatever_was_before_it(bodies):
    repeated = RepeatedBodies()
    for body in bodies:
        data = compact(body, repeated.prefix)
        assert data == compact(body)
        assert compact(repeated.shared(json.loads(json.dumps(body)), data)) == data


@given(st.lists(BODIES, min_size=1, max_size=3), st.lists(st.dictionaries(st.text(), VALUES), max_size=3))
def test_a_body_that_goes_on_from_another_says_the_same(bodies, more):
    repeated = RepeatedBodies()
    for body in bodies:
        for grown in (body, {**body, **({"messages": [*body["messages"], *more]} if "messages" in body else {})}):
            data = compact(grown, repeated.prefix)
            assert data == compact(grown)
            assert compact(repeated.shared(json.loads(json.dumps(grown)), data)) == data


def test_what_is_repeated_is_the_same_object():
    repeated = RepeatedBodies()
    first = {"model": "m", "messages": [{"a": [1]}, {"b": 2}], "tools": [{"t": 1}]}
    second = {"model": "m", "messages": [{"a": [1]}, {"b": 2}, {"c": 3}], "tools": [{"t": 1}]}
    one, two = (repeated.shared(body, compact(body)) for body in (first, second))
    assert two["messages"][1] is one["messages"][1]
    assert two["tools"] is one["tools"]
    third = repeated.shared(json.loads(json.dumps(first)), compact(first))
    assert third["messages"][0] is not one["messages"][0]  # it does not go on from the second


def test_what_is_read_in_parts_is_what_the_codecs_read():
    conversations, repeated, seen = Conversations(), {}, set()
    for line in agent_log.lines(0.5):
        record = orjson.loads(line)
        api = "anthropic.messages" if "system" in record["request"] else "openai.chat"
        codec = CODECS[api]
        body = repeated.setdefault(record["session_id"], RepeatedBodies()).shared(
            record["request"], compact(record["request"])
        )
        whole = list(results_of(codec.read_request(body).messages))
        assert [part for _, part in conversations.quoted_in_native(body, codec)] == whole
        answer = codec.read_response(compact(record["response"]), "application/json")
        asked = [part for part in answer.choices[0].parts if part["type"] == "tool_call"]
        assert CALLS[api](record["response"]) == asked
        seen |= {(api, bool(whole), bool(asked))}
    assert len(seen) >= 6


def test_conversations_that_end_alike_are_told_apart():
    conversations, codec = Conversations(), CODECS["openai.chat"]
    results = [{"role": "tool", "tool_call_id": f"call_{number}", "content": "x"} for number in range(2)]
    for last in ("a", 1, None, {"role": "user", "content": "u"}):
        found = [conversations.quoted_in_native({"messages": [result, last]}, codec) for result in results]
        assert [[name for name, _ in one] for one in found] == [["call_0"], ["call_1"]]


def test_conversations_that_go_on_from_one_are_told_apart():
    conversations, codec = Conversations(), CODECS["openai.chat"]
    first, *others = [{"role": "tool", "tool_call_id": f"call_{number}", "content": "x"} for number in range(3)]
    told = [[first], *([first, other] for other in others), [first]]
    found = [conversations.quoted_in_native({"messages": items}, codec) for items in told]
    assert [[name for name, _ in one] for one in found] == [
        ["call_0"],
        ["call_0", "call_1"],
        ["call_0", "call_2"],
        ["call_0"],
    ]
    assert found[0].conversation is found[1].conversation is found[3].conversation is not found[2].conversation
