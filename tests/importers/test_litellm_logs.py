import json
import time
from pathlib import Path

import pytest
from foreign_values import JSON_VALUES, as_json, assert_clean, mutated, planted, survives
from hypothesis import given
from hypothesis import strategies as st
from importer_samples import sessions_in

from pytest_oao.errors import MissingContent, OaoError
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.litellm_logs import LiteLLM
from pytest_oao.providers import neutral

CAPTURED = Path(__file__).parents[1] / "acceptance" / "platform_exports"
USER = {"role": "user", "content": "Weather in Paris?"}
ASKED = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
CUT = "begin... (litellm_truncated skipped 900 chars. Truncation is a DB storage safeguard.) ...end"


def answer(said="18 degrees", name="chatcmpl-1", **message):
    told = {"role": "assistant", "content": said, "function_call": None, **message}
    return {
        "id": name,
        "object": "chat.completion",
        "model": "gpt-5-2026-01-01",
        "choices": [{"index": 0, "finish_reason": "stop", "message": told}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4},
    }


def payload(**fields):
    return {
        "id": "chatcmpl-1",
        "litellm_call_id": "c1",
        "trace_id": "s1",
        "session_id": "",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": 1790000000.5,
        "endTime": 1790000002.0,
        "model": "gpt-5",
        "model_group": "",
        "messages": [USER],
        "model_parameters": {"temperature": 0.5, "tools": [TOOL]},
        "response": answer(),
        "response_cost": 0.25,
        "request_tags": ["prod"],
        "hidden_params": {"additional_headers": {}},
        "error_information": {"error_code": "", "error_class": "", "error_message": ""},
        **fields,
    }


def row(**fields):
    """Return a row of SpendLogs as an export of the table has it."""
    return {
        "request_id": "chatcmpl-1",
        "call_type": "acompletion",
        "spend": 0.5,
        "startTime": "2026-11-20 10:00:00.250000+00:00",
        "endTime": "2026-11-20 10:00:01+00:00",
        "model": "gpt-5",
        "custom_llm_provider": "openai",
        "session_id": "s7",
        "status": "success",
        "metadata": json.dumps({"status": "success", "user_api_key_user_id": "u1"}),
        "messages": "{}",
        "response": json.dumps(answer()),
        "proxy_server_request": json.dumps(
            {"model": "gpt-5", "messages": [USER], "tools": [TOOL], "metadata": {"a": 1}}
        ),
        "request_tags": '["prod"]',
        **fields,
    }


def lines(*records):
    return b"".join(as_json(record) + b"\n" for record in records)


def sessions(*records):
    return list(LiteLLM().read(FileDump("litellm.jsonl", lines(*records))))


def only(*records):
    (session,) = sessions(*records)
    if isinstance(session, OaoError):
        raise session
    return session


def asked(exchange):
    return neutral.request_of(exchange.call.body.json())


def failure(code, said, kind="RateLimitError", **fields):
    told = {"error_code": code, "error_class": kind, "error_message": said}
    return payload(status="failure", response={}, error_information=told, **fields)


@pytest.mark.parametrize(
    "record", [payload(), {"kwargs": {}, "standard_logging_object": payload()}, row(), {"data": [row()]}]
)
def test_payloads_and_rows_are_known_by_their_fields(record):
    (session,) = sessions_in(lines(record), "x")
    assert session.header.origin.format == "litellm"
    assert len(session.exchanges) == 1


def test_a_payload_is_a_model_call_in_the_words_of_no_provider():
    session = only(payload())
    assert session.header.id == "s1"
    assert session.header.metadata == {
        "cost_usd": 0.25,
        "tags": ["prod"],
        "input": "Weather in Paris?",
        "output": "18 degrees",
    }
    (found,) = session.exchanges
    assert (found.call.target, found.started_at, found.duration) == ("MODEL gpt-5", 1790000000.5, 1.5)
    request = asked(found)
    assert request.parameters == {"gen_ai.request.temperature": 0.5}
    assert [tool["name"] for tool in request.tools] == ["get_weather"]
    response = neutral.response_of(found.outcome.body.json())
    assert (response.id, response.model) == ("chatcmpl-1", "gpt-5-2026-01-01")
    assert session.header.origin.original.json() == payload()


def test_a_row_of_the_proxys_table_is_the_same_call():
    session = only(row())
    assert session.header.id == "s7"
    told = {"conversation": "s7", "user": "u1", "cost_usd": 0.5, "tags": ["prod"]}
    assert session.header.metadata.items() >= told.items()
    (found,) = session.exchanges
    assert found.duration == 0.75
    assert asked(found).messages == asked(only(payload()).exchanges[0]).messages
    assert "metadata" not in asked(found).extra
    assert session.header.origin.original.json() == row()


@pytest.mark.parametrize("kept", [{"proxy_server_request": "{}"}, {"proxy_server_request": None}])
def test_a_row_may_keep_the_messages_alone(kept):
    (found,) = only(row(messages=json.dumps([USER]), **kept)).exchanges
    assert [message.role for message in asked(found).messages] == ["user"]


@pytest.mark.parametrize(
    ("record", "setting"),
    [
        (row(proxy_server_request="{}"), "store_prompts_in_spend_logs: true"),
        (payload(messages=None), "turn_off_message_logging: false"),
        (payload(messages=[{"role": "user", "content": "redacted-by-litellm"}]), "turn_off_message_logging: false"),
        (payload(response=answer("redacted-by-litellm")), "turn_off_message_logging: false"),
    ],
)
def test_content_that_was_not_logged_is_refused_with_the_setting(record, setting):
    (found,) = sessions(record)
    assert isinstance(found, MissingContent)
    assert setting in found.remedy


SYSTEM = {"role": "system", "content": CUT}
TURN = {"role": "assistant", "content": "hm"}


@pytest.mark.parametrize(
    ("body", "response", "truncated"),
    [
        ({"messages": [{"role": "user", "content": CUT}]}, answer(), ("request messages",)),
        ({"messages": [{"role": "user", "content": CUT}, TURN, USER]}, answer(), ("earlier messages",)),
        ({"messages": [SYSTEM, USER]}, answer(), ("system prompt",)),
        ({"messages": [USER], "tools": [{"type": "function", "function": {"description": CUT}}]}, answer(), ("tool definitions",)),
        ({"messages": [USER]}, answer(CUT), ("answer",)),
        ({"messages": [USER]}, answer(), ()),
    ],
)  # fmt: skip
def test_what_the_table_cut_is_marked_where_it_was(body, response, truncated):
    session = only(row(proxy_server_request=json.dumps({"model": "gpt-5", **body}), response=json.dumps(response)))
    assert session.exchanges[0].provenance.truncated == truncated


@pytest.mark.parametrize(
    ("record", "status", "kind", "message", "body"),
    [
        (
            failure("429", "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached"),
            429,
            "RateLimitError",
            "Rate limit reached",
            None,
        ),
        (
            failure("529", 'litellm.X: AnthropicException - {"type": "error", "error": {"message": "busy"}}', "X"),
            529,
            "X",
            "busy",
            {"type": "error", "error": {"message": "busy"}},
        ),
        (failure("", "slow"), 429, "RateLimitError", "slow", None),
        (failure("", "it is slow: wait"), 429, "RateLimitError", "it is slow: wait", None),
        (
            failure("500", "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error."),
            None,
            "APIConnectionError",
            "Connection error.",
            None,
        ),
    ],
)
def test_a_failure_says_what_the_provider_said(record, status, kind, message, body):
    session = only(record)
    told = session.exchanges[0].outcome.body.json()
    assert told.get("http.response.status_code") == status
    assert (told["error.type"], told["message"], told.get("body")) == (kind, message, body)
    assert session.ending.status == "failed"


def test_a_long_failure_is_looked_at_in_no_time():
    started = time.process_time()
    (found,) = only(failure("429", "x" * 50_000)).exchanges
    assert found.outcome.body.json()["message"] == "x" * 50_000
    assert time.process_time() - started < 1


def test_a_failure_keeps_how_long_to_wait():
    headers = {"additional_headers": {"llm_provider-retry-after": "2.5"}}
    session = only(failure("429", "slow", hidden_params=headers))
    assert session.exchanges[0].outcome.body.json()["retry_after"] == 2.5


def test_retries_and_fallbacks_of_one_trace_are_attempts_in_their_order():
    trace = "95a14107-a815-4722-951b-e577a4bd70c6"
    calls = [
        failure("500", "a", litellm_call_id="1", startTime=1.0, endTime=2.0),
        failure("500", "b", litellm_call_id="1", startTime=2.0, endTime=3.0),
        payload(litellm_call_id="3", startTime=4.0, endTime=5.0, model="openai/backup", model_group="backup"),
    ]
    session = only(*[{**one, "trace_id": trace} for one in (calls[2], calls[0], calls[1])])
    assert session.header.id == trace
    assert [one.call.target for one in session.exchanges] == ["MODEL gpt-5", "MODEL gpt-5", "MODEL backup"]
    assert [one.provenance.source_id for one in session.exchanges] == ["1", "1#2", "3"]


def test_calls_without_a_session_of_their_callers_go_on_from_each_other():
    wanted = answer(None, "chatcmpl-1", tool_calls=[ASKED])
    result = {"role": "tool", "tool_call_id": "call_1", "content": "18"}
    more = [USER, {"role": "assistant", "content": None, "tool_calls": [ASKED]}, result]
    first, second, third = (f"{number}5a14107-a815-4722-951b-e577a4bd70c6" for number in (1, 2, 3))
    found = sessions(
        payload(trace_id=first, response=wanted),
        payload(trace_id=third, litellm_call_id="other", response=answer("other", "chatcmpl-3")),
        payload(trace_id=second, litellm_call_id="c2", messages=more, response=answer(name="chatcmpl-2")),
    )
    assert [session.header.id for session in found] == [first, third]
    assert [one.call.target for one in found[0].exchanges] == ["MODEL gpt-5", "get_weather", "MODEL gpt-5"]
    named = sessions(payload(trace_id="a", response=wanted), payload(trace_id="b", messages=more))
    assert [session.header.id for session in named] == ["a", "b"]  # what callers name is not put together


def test_signed_reasoning_is_kept_with_an_answer():
    blocks = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
    ]
    told = answer(reasoning_content="hm", thinking_blocks=blocks)
    session = only(payload(custom_llm_provider="anthropic", model="claude-x", response=told))
    response = neutral.response_of(session.exchanges[0].outcome.body.json())
    assert response.choices[0].parts == (
        {"type": "reasoning", "content": "hm", "signature": "s"},
        {"type": "reasoning", "content": "", "redacted_data": "x"},
        {"type": "text", "content": "18 degrees"},
    )
    assert session.exchanges[0].provenance.lacked == ("response id",)


def test_requests_in_the_words_of_other_apis_are_read_as_such():
    tools = [{"name": "t", "input_schema": {"type": "object"}}]
    given = {"max_tokens": 9, "tools": tools}
    messages = [{"role": "system", "content": "Be brief."}, USER]
    anthropic = payload(call_type="anthropic_messages", messages=messages, model_parameters=given)
    request = asked(only(anthropic).exchanges[0])
    assert [part["content"] for part in request.system] == ["Be brief."]
    assert [tool["name"] for tool in request.tools] == ["t"]
    said = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
    response = {"id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5", "output": [said]}
    given = {"instructions": "Be brief."}
    session = only(payload(call_type="aresponses", model_parameters=given, response=response))
    request = asked(session.exchanges[0])
    assert [part["content"] for part in request.system] == ["Be brief."]
    assert session.header.metadata["output"] == "hi"


def test_embeddings_are_kept_as_openais():
    vectors = {"object": "list", "data": [{"embedding": [0.5], "index": 0}], "model": "e"}
    (found,) = only(payload(call_type="aembedding", messages="hi", model_parameters={}, response=vectors)).exchanges
    assert found.call.target == "POST /embeddings"
    assert found.call.body.json() == {"model": "gpt-5", "input": "hi"}
    assert found.outcome.body.json() == vectors


def test_calls_of_other_kinds_are_no_calls_but_stay_in_the_record():
    image = payload(call_type="aimage_generation", litellm_call_id="i", messages="a cat")
    session = only(payload(), image)
    assert len(session.exchanges) == 1
    assert [json.loads(line) for line in session.header.origin.original.data.splitlines()] == [payload(), image]


def test_an_alias_of_the_proxy_is_not_compared_with_the_model_behind_it():
    assert "request model" in only(payload(model_group="smart")).exchanges[0].provenance.lacked
    assert "request model" not in only(payload(model_group="gpt-5")).exchanges[0].provenance.lacked


@pytest.mark.parametrize("record", [payload(), failure("429", "x"), row()])
def test_secrets_do_not_reach_a_cassette(tmp_path, record):
    keep = {"call_type", "status", "role", "object", "type", "proxy_server_request", "response", "messages", "metadata"}
    outer = planted(record, keep if "spend" in record else {"call_type", "status", "role", "object", "type"})
    if "spend" in record:
        inner = {"role", "object", "type"}
        texts = ("proxy_server_request", "response", "metadata")
        outer |= {key: json.dumps(planted(json.loads(record[key]), inner)) for key in texts}
    assert_clean(sessions(outer), tmp_path)


SAMPLES = [payload(), failure("429", "litellm.X: Y - {}"), row(), payload(call_type="aresponses")]


@given(st.lists(mutated(SAMPLES) | JSON_VALUES, min_size=1, max_size=3))
def test_no_log_raises_anything_but_our_errors(records):
    survives(lines(*records), "litellm")


@pytest.mark.parametrize("name", ["litellm_chat.jsonl", "litellm_messages.jsonl"])
def test_what_the_real_package_wrote_is_read(name):
    (session,) = sessions_in((CAPTURED / name).read_bytes(), name)
    kinds = [one.call.kind for one in session.exchanges]
    assert kinds == ["chat", "execute_tool", "execute_tool", "chat", "chat"]
    assert session.exchanges[-1].outcome.body.json()["http.response.status_code"] == 429
