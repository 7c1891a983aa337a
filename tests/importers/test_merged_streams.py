"""Streams that were put together, and arguments of SDKs that were not sent, in logs of requests."""

from pytest_oao.importers.foreign import Part
from pytest_oao.importers.native_pairs import native_request
from pytest_oao.importers.pair_bodies import answer_in, request_in
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.providers.fields import record, records
from pytest_oao.providers.payloads import loads

_ASKED: JSONObject = {"model": "claude-opus-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "Hello."}]}


def test_a_reason_that_a_merger_wrapped_is_told() -> None:
    """Also in a log of pairs."""
    choice: JSONObject = {"delta": {"content": "Hi."}, "finish_reason": {"finish_reason": "stop"}}
    answer = answer_in(Part({"object": "chat.completion.chunk", "choices": [choice]}, "line 1"), 200)
    assert answer is not None
    assert records(record(answer.first).get("choices")) == [{"message": {"content": "Hi."}, "finish_reason": "stop"}]


def test_what_an_sdk_does_not_send_is_in_no_body() -> None:
    """Whichever importer reads its arguments: betas go into a header, a client is no JSON of the API's."""
    given: JSONObject = {**_ASKED, "betas": ["x"], "http_client": "<Client>", "extra_body": {"top_k": 5}}
    assert request_in(Part(given, "line 1")).body == {**_ASKED, "top_k": 5}
    native = native_request(given)
    assert native is not None
    assert loads(native.data) == {**_ASKED, "top_k": 5}
