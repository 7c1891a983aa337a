import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from runtime_samples import REDACTOR, answer, call, session

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.matching import Matcher

texts = st.text("abcé ☃\n", max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(texts, values, max_size=4)


def exchange(recorded):
    return recorded if isinstance(recorded, Exchange) else Exchange(1, recorded, Returned())


class OfCalls(Matcher):
    """Takes a recorded call for an exchange, whose outcome nobody asks for."""

    def same(self, recorded, live):
        return super().same(exchange(recorded), live)

    def identical(self, recorded, live):
        return super().identical(exchange(recorded), live)


def matcher(ignore=(), redactor=REDACTOR):
    return OfCalls(redactor, ignore)


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(item) for key, item in reversed(value.items())}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@given(bodies)
def test_key_order_and_spacing_do_not_count(body):
    spaced = Call(
        "chat", "POST /chat/completions", Body(json.dumps(reordered(body), indent=1).encode(), "application/json")
    )
    assert matcher().same(call(body), spaced)


@given(bodies, bodies)
def test_other_bodies_are_not_the_same(one, other):
    assume(json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))
    assert not matcher().same(call(one), call(other))


@given(bodies, bodies)
def test_identical_calls_are_the_same(one, other):
    here, there = call(one), call(other)
    if matcher().identical(here, there):
        assert matcher().same(here, there)


@pytest.mark.parametrize(
    "other",
    [call(kind="embeddings"), call(target="POST /responses"), call("ho"), call(temperature=1)],
)
def test_kind_target_and_body_all_count(other):
    assert not matcher().same(call(), other)


def test_lane_url_headers_and_site_do_not():
    one = call()
    other = Call(
        one.kind, one.target, one.body, "0.4", "https://elsewhere.example/v1/chat/completions", (("a", "b"),), {"x": 1}
    )
    assert matcher().identical(one, other)


OLD, NEW = "call_a81bc81bdead4e5dabff", "call_90afb0c2ffee4a71b0aa"


def served(made, recorded, live):
    assert made.same(recorded, live)
    made.served(Exchange(1, recorded, answer("ok")), live)


def test_ids_are_equal_up_to_renaming_that_stays():
    made = matcher()
    served(made, call(f"use {OLD}"), call(f"use {NEW}"))
    assert made.same(call(f"again {OLD}", n=1), call(f"again {NEW}", n=1))
    assert not made.same(call(f"then {OLD}"), call("then call_11111111c0de4aaabbbb"))


def test_a_comparison_alone_keeps_no_renaming():
    made = matcher()
    assert made.same(call(f"use {OLD}"), call(f"use {NEW}"))
    assert made.same(call(f"then {OLD}"), call("then call_11111111c0de4aaabbbb"))


def test_an_id_stands_for_the_same_in_address_and_body():
    target = "GET https://h.example/runs/{}"
    made = matcher()
    recorded = call({"id": OLD}, kind="http", target=target.format(OLD))
    assert made.same(recorded, call({"id": NEW}, kind="http", target=target.format(NEW)))
    assert not made.same(recorded, call({"id": "call_11111111c0de4aaabbbb"}, kind="http", target=target.format(NEW)))


def test_an_id_that_the_agent_was_served_stands_for_itself():
    made = matcher()
    made.served(Exchange(1, call(), answer(f"the id is {OLD}")), call())
    made.served(Exchange(2, call(), Raised("ConnectError")), call())
    assert not made.same(call(f"use {OLD}"), call(f"use {NEW}"))


def test_ignored_paths_do_not_count_and_others_do():
    made = matcher(ignore=("$.metadata", "$..at"))
    one = call({"metadata": {"x": 1}, "q": [{"at": 1, "text": "hi"}]})
    assert made.same(one, call({"metadata": {"x": 2}, "q": [{"at": 2, "text": "hi"}]}))
    assert made.same(one, call({"q": [{"text": "hi"}]}))
    assert not made.same(one, call({"metadata": {"x": 2}, "q": [{"at": 2, "text": "ho"}]}))
    with pytest.raises(BadOption):
        matcher(ignore=("metadata",))


def test_secrets_are_compared_as_they_are_kept():
    redactor = Redactor.of(values=["hush-hush-hush"], environment={})
    made = matcher(redactor=redactor)
    live = Call(
        "http",
        "GET https://h.example/x?key=hush-hush-hush",
        Body(b'{"password": "hush-hush-hush"}', "application/json"),
    )
    recorded = made.shown(live)
    assert b"hush" not in recorded.body.data
    assert "hush" not in recorded.target
    assert made.same(recorded, live)
    assert not made.same(recorded, Call("http", live.target, Body(b'{"password": 1}', "application/json")))


def test_tools_in_another_order_are_the_same_and_told():
    tools = [{"type": "function", "function": {"name": name}} for name in "ab"]
    made = matcher()
    for _ in range(2):
        served(made, call(tools=tools), call(tools=tools[::-1]))
    assert len(made.notes) == 1


def test_explanations_name_what_differs():
    made = matcher()
    recorded = session(call("hi")).exchanges[0]
    told = made.explain(recorded, call("ho"))
    assert [change.path for change in told.changes] == ["$.messages[0].content"]
    moved = made.explain(recorded, call("hi", target="POST /responses"))
    assert [(change.path, change.expected, change.actual) for change in moved.changes] == [
        ("target", "POST /chat/completions", "POST /responses")
    ]
    assert moved.cause
    assert made.explain(None, call()).changes == ()


def test_what_is_shown_is_described():
    assert matcher().shown(call()).model == "m"


GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/{}:generateContent"


def gemini(model, said="hi"):
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": said}]}]}).encode()
    return http_call("POST", GEMINI.format(model), (), body)


@pytest.mark.parametrize(
    ("live", "cause"),
    [
        (gemini("gemini-2.5-pro"), "model changed from gemini-2.5-flash to gemini-2.5-pro"),
        (
            gemini("gemini-2.5-pro", "Hello"),
            "model changed from gemini-2.5-flash to gemini-2.5-pro; contents[0] (user message) changed",
        ),
        (http_call("POST", GEMINI.format("gemini-2.5-flash") + "?alt=sse", (), b"{}"), "contents was left out"),
        (
            http_call("POST", "https://api.openai.com/v1/responses", (), b'{"model": "gpt-6"}'),
            "model changed from gemini-2.5-flash to gpt-6; contents was left out",
        ),
        (
            http_call("POST", GEMINI.format("gemini-2.5-flash") + "?alt=sse", (), gemini("x").body.data),
            "another address is called",
        ),
    ],
)
def test_a_model_that_the_path_names_is_told_of(live, cause):
    recorded = gemini("gemini-2.5-flash")
    assert not matcher().same(recorded, live)
    assert matcher().explain(Exchange(1, recorded, answer("x")), live).cause == cause


def test_a_model_that_the_body_names_is_told_of_once():
    recorded = http_call("POST", "https://api.openai.com/v1/responses", (), b'{"model": "gpt-5"}')
    live = http_call("POST", "https://api.openai.com/v1/chat/completions", (), b'{"model": "gpt-6"}')
    told = matcher().explain(Exchange(1, recorded, answer("x")), live)
    assert told.cause == "model changed from gpt-5 to gpt-6"
