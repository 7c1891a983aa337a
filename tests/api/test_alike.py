"""What a record tells of a run: the same, whichever gateway stood at the door."""

import json
import time

import httpx2
import openai
import pytest

import pytest_oao
from pytest_oao.model.outcomes import Raised, Streamed

pytestmark = pytest.mark.usefixtures("no_engine", "taken_out")

WAYS = {
    "onlooker": {},
    "onlooker, durable": {"durable": True},
    "bystander": {"policy": pytest_oao.Policy(max_model_calls=99)},
    "gateway": {"strict": True},
}
PIECES = [b'data: {"choices": []}\n\n', b"data: [DONE]\n\n"]


class Answers(httpx2.BaseTransport):
    def handle_request(self, request):
        question = json.loads(request.read())["messages"][-1]["content"]
        if question == "nobody":
            raise httpx2.ConnectError("nobody is there")
        if question == "stream":
            headers = {"content-type": "text/event-stream"}
            return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(b"".join(PIECES)))
        function = {"name": "find", "arguments": '{"what": "cats"}'}
        wanted = [{"id": "c1", "type": "function", "function": function}] if question == "find" else None
        message = {"role": "assistant", "content": "so be it", "tool_calls": wanted}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        told = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return httpx2.Response(200, json=told)


@pytest.fixture(scope="module")
def ask():
    http = httpx2.Client(transport=Answers())
    client = openai.OpenAI(base_url="http://model.invalid/v1", api_key="k", max_retries=0, http_client=http)

    def ask(question, **options):
        messages = [{"role": "user", "content": question}]
        return client.chat.completions.create(model="m", messages=messages, **options)

    return ask


def agent(ask):
    """Ask a model, and have a tool find what it asks for, which asks again and has another tool count."""

    @pytest_oao.tool
    def count(words):
        return len(words)

    @pytest_oao.tool
    def find(what):
        ask(f"what are {what}?")
        return count(words=[what])

    @pytest_oao.tool
    def fail():
        raise ValueError("no")

    ask("find")
    find(what="cats")
    with pytest.raises(openai.APIConnectionError):
        ask("nobody")
    with pytest.raises(ValueError, match="no"):
        fail()
    with ask("stream", stream=True) as whole:
        list(whole.response.iter_raw())
    with ask("stream", stream=True) as half:
        next(half.response.iter_raw())


def recorded(folder, ask, **options):
    recorder = pytest_oao.record(folder, **options)
    with recorder as session:
        agent(ask)
    assert recorder.close()
    return pytest_oao.load(session.cassette)


def told(exchange):
    call, outcome = exchange.call, exchange.outcome
    asked = call.kind, call.target, call.body, call.body.media_type, call.lane, call.url, call.headers, call.attributes
    came = type(outcome), outcome if isinstance(outcome, Raised) else (outcome.body, outcome.head)
    cut = (outcome.sizes, outcome.end) if isinstance(outcome, Streamed) else ()
    return exchange.seq, asked, call.site.agent, call.caused_by, call.parent, came, cut


@pytest.fixture(scope="module")
def strictly(tmp_path_factory, ask):
    return recorded(tmp_path_factory.mktemp("strict"), ask, strict=True)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_is_told_of_each_call(way, tmp_path, ask, strictly):
    session = recorded(tmp_path, ask, **WAYS[way])
    assert [told(one) for one in session.exchanges] == [told(one) for one in strictly.exchanges]
    assert [one.call.target for one in session.exchanges if one.call.parent == 2] == ["POST /chat/completions", "count"]
    assert [one.call.caused_by for one in session.exchanges][:2] == [None, 1]
    assert all(one.call.site.agent.startswith("tests/api/test_alike.py:") for one in session.exchanges)
    ends = [one.outcome.end for one in session.exchanges if isinstance(one.outcome, Streamed)]
    assert ends == ["complete", "closed"]


@pytest.mark.parametrize("way", WAYS)
def test_each_tells_when_it_was_made_and_how_long_it_took(way, tmp_path, ask):
    before, clock = time.time(), time.perf_counter()
    session = recorded(tmp_path, ask, **WAYS[way])
    after, took = time.time(), time.perf_counter() - clock
    began = [one.started_at for one in session.exchanges]
    assert [before, *began, after] == sorted([before, *began, after])
    assert all(0 < one.duration < took for one in session.exchanges)
    (find,) = (one for one in session.exchanges if one.call.target == "find")
    inside = [one for one in session.exchanges if one.call.parent == find.seq]
    assert sum(one.duration for one in inside) < find.duration
