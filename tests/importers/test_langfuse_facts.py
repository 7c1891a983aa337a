"""What Langfuse's facts mean is the same in a download of its own and in its spans at a collector."""

import json

import pytest
from importer_samples import sessions_in
from span_builders import batch, span

from pytest_oao.importers.langfuse_facts import settings_of, usage_of
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.provenance import OTHER_CALLS, TOOLS

INVENTED = {"temperature": 1, "max_tokens": "Infinity", "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0}
QUESTION = {"messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize(
    ("details", "usage"),
    [
        ({"input": 100, "output": 5, "total": 105, "input_cached_tokens": 50}, Usage(100, 5, 50)),
        ({"input": 50, "output": 5, "total": 105, "input_cached_tokens": 50}, Usage(100, 5, 50)),
        ({"input": 50, "output": 5, "input_cached_tokens": 50}, Usage(100, 5, 50)),
        ({"input": 5, "output": 3, "input_cache_read": 2, "output_reasoning": 4}, Usage(7, 7, 2, None, 4)),
        (
            {"input": 5, "output": 3, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 2, "total": 100},
            Usage(97, 3, 90, 2),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}, Usage(9, 4)),
        (
            {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 3}},
            Usage(9, 4, 3),
        ),
        ({"input_tokens": 9, "output_tokens": 4, "cache_read_input_tokens": 3}, Usage(12, 4, 3)),
        ({"input": 3}, Usage(3)),
        ({}, Usage()),
        ({"input": "many"}, Usage()),
    ],
)
def test_tokens_in_langfuses_words_and_in_a_providers(details, usage):
    assert usage_of(details) == usage


def test_parameters_that_nobody_gave_are_left_out():
    assert settings_of(INVENTED) == {}
    assert settings_of({**INVENTED, "temperature": 0.3}) == {"temperature": 0.3}
    assert settings_of({"temperature": 1, "seed": "7", "stop": "null"}) == {"temperature": 1, "seed": 7}


def told(kind, facts):
    """Return an observation of a run as a record of the API, and as a span."""
    base = {"traceId": "t1", "startTime": "2026-11-20T10:00:00Z", "endTime": "2026-11-20T10:00:01Z", "level": "DEFAULT"}
    said = {"input": QUESTION, "output": {"role": "assistant", "content": "ok"}}
    model = {"id": "m", "type": "GENERATION", "name": "ask", "model": "gpt-5", "parentObservationId": None, **said}
    other = {"id": "x", "type": kind, "name": "look", "parentObservationId": "m", **said}
    dumped = [{**base, **model, "modelParameters": INVENTED, "usageDetails": facts}, {**base, **other}]
    spans = [
        {
            "type": "generation",
            "model.name": "gpt-5",
            "model.parameters": json.dumps(INVENTED),
            "usage_details": json.dumps(facts),
        },
        {"type": kind.lower()},
    ]
    named = [
        {f"langfuse.observation.{key}": value for key, value in one.items()}
        | {f"langfuse.observation.{key}": json.dumps(value) for key, value in said.items()}
        for one in spans
    ]
    sent = batch([span("ask", named[0]), span("look", named[1], parent="ask")])
    return [sessions_in(json.dumps(data).encode(), "x")[0] for data in (dumped, sent)]


@pytest.mark.parametrize("kind", ["EMBEDDING", "RETRIEVER"])
def test_both_tell_the_same(kind):
    dumped, sent = told(kind, {"input": 100, "output": 5, "total": 105, "input_cached_tokens": 50})
    assert len(dumped.exchanges) == len(sent.exchanges) == 1
    for one in (dumped, sent):
        assert OTHER_CALLS in one.header.origin.lacked
        assert one.exchanges[0].usage == Usage(100, 5, 50)
        assert TOOLS in one.exchanges[0].provenance.lacked
    assert dumped.exchanges[0].provenance.lacked == sent.exchanges[0].provenance.lacked
    assert dumped.exchanges[0].call.body == sent.exchanges[0].call.body
