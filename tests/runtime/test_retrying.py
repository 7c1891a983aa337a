"""Calls that are made again after a failure: each attempt is an exchange, and a replay does not wait."""

import asyncio
import json

import httpx2
import pytest
from policed_samples import LISTED, Model, Waits, answer, record_and_replay, recorded

import pytest_oao
from pytest_oao.errors import OaoHalt, PolicyViolation
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.retries import Retry
from pytest_oao.runtime.spending import ledger_of

POLICY = Policy(retry=Retry(max_retries=3, initial_delay=0.5, backoff=3))


@pytest.fixture
def waits(monkeypatch):
    return Waits(monkeypatch).seconds


class Tool:
    """Fails with what it is told to, then returns."""

    def __init__(self, *fails):
        self.fails, self.ran = list(fails), 0
        self.fetch = pytest_oao.tool(self.fetch)
        self.fetch_async = pytest_oao.tool(name="fetch")(self.fetch_async)

    def fetch(self, url):
        self.ran += 1
        if self.fails:
            raise self.fails.pop(0)
        return url

    async def fetch_async(self, url):
        await asyncio.sleep(0)
        self.ran += 1
        if self.fails:
            raise self.fails.pop(0)
        return url

    def run(self, *, is_async):
        return asyncio.run(self.fetch_async("u")) if is_async else self.fetch("u")


@pytest.mark.parametrize("is_async", [False, True])
class TestATool:
    def test_is_called_again_after_delays_that_grow(self, tmp_path, waits, is_async):
        tool = Tool(ConnectionError("1"), TimeoutError("2"), ConnectionResetError("3"))
        live, again, record = record_and_replay(tmp_path, lambda: tool.run(is_async=is_async), POLICY)
        assert live == again == "u"
        assert tool.ran == 4
        assert waits == [0.5, 1.5, 4.5, 0.0, 0.0, 0.0], "a replay makes the same attempts, and waits for none"
        assert [getattr(one.outcome, "message", "returned") for one in record.exchanges] == ["1", "2", "3", "returned"]
        ledger = ledger_of(record, LISTED)
        assert (ledger.tools.calls, ledger.tools.failed, ledger.tools.retries) == (4, 3, 3)

    def test_is_not_called_for_ever(self, tmp_path, waits, is_async):
        tool = Tool(*[ConnectionError("busy")] * 9)

        def agent():
            with pytest.raises(ConnectionError, match="busy"):
                tool.run(is_async=is_async)

        record_and_replay(tmp_path, agent, POLICY)
        assert tool.ran == 4

    @pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), KeyboardInterrupt(), SystemExit(2)])
    def test_is_not_called_again_after_another_failure(self, tmp_path, waits, is_async, error):
        tool = Tool(error)
        with pytest.raises(type(error)), recorded(tmp_path, policy=POLICY):
            tool.run(is_async=is_async)
        assert (tool.ran, waits) == (1, [])

    def test_counts_each_attempt(self, tmp_path, waits, is_async):
        tool = Tool(*[ConnectionError("busy")] * 9)
        policy = Policy(retry=POLICY.retry, max_tool_calls=2)
        with pytest.raises(PolicyViolation), recorded(tmp_path, policy=policy):
            tool.run(is_async=is_async)
        assert tool.ran == 2, "a violation is never tried again"

    def test_is_not_tried_again_without_a_policy(self, tmp_path, waits, is_async):
        tool = Tool(ConnectionError("busy"))
        with pytest.raises(ConnectionError), recorded(tmp_path):
            tool.run(is_async=is_async)
        assert tool.ran == 1

    def test_is_tried_again_where_its_name_fits(self, tmp_path, waits, is_async):
        for pattern, ran in (("fe*", 2), ("other", 1)):
            tool = Tool(ConnectionError("busy"))
            with recorded(tmp_path, policy=Policy(retry=Retry(tools=[pattern]))):
                try:
                    tool.run(is_async=is_async)
                except ConnectionError:
                    assert ran == 1
            assert tool.ran == ran


class Told(Exception):
    status_code = 418


class Replied(Exception):
    response = httpx2.Response(418)


@pytest.mark.parametrize(
    ("on", "error", "again"),
    [
        ((ValueError,), ValueError("x"), True),
        ((LookupError,), KeyError("x"), True),
        (("LookupError",), KeyError("x"), True),
        (("KeyError",), LookupError("x"), False),
        ((418,), Told("x"), True),
        ((418,), Replied("x"), True),
        ((429,), Told("x"), False),
        ((418,), ValueError("418"), False),
    ],
)
def test_failures_are_told_by_class_by_name_or_by_status(tmp_path, waits, on, error, again):
    tool = Tool(error)
    with recorded(tmp_path, policy=Policy(retry=Retry(on=on))):
        try:
            tool.fetch("u")
        except type(error):
            assert not again
    assert tool.ran == 1 + again


def test_the_attempts_of_an_idempotent_tool_come_to_one_result(tmp_path, waits):
    tool = Tool(ConnectionError("busy"))
    policy = Policy(retry=POLICY.retry, idempotent=["fetch"])
    live, again, _ = record_and_replay(tmp_path, lambda: [tool.fetch("u"), tool.fetch("u")], policy)
    assert live == again == ["u", "u"]
    assert tool.ran == 2


def test_what_halts_a_session_is_never_tried_again(tmp_path, waits):
    tool = Tool(OaoHalt("stop"))
    with pytest.raises(OaoHalt), recorded(tmp_path, policy=Policy(retry=Retry(on=(Exception, 429)))):
        tool.fetch("u")
    assert tool.ran == 1


class Busy(httpx2.SyncByteStream):
    closed = 0

    def __iter__(self):
        yield b'{"error": "busy"}'

    def close(self):
        Busy.closed += 1


class TestARequest:
    def test_is_made_again_after_an_answer_that_says_so(self, tmp_path, waits):
        Busy.closed = 0
        served = Model(httpx2.Response(429, stream=Busy()), httpx2.Response(503, stream=Busy()), answer())
        live, again, record = record_and_replay(tmp_path, lambda: served.ask()["model"], POLICY)
        assert live == again == "gpt"
        assert served.asked == 3
        assert waits == [0.5, 1.5, 0.0, 0.0]
        assert [one.outcome.head.status for one in record.exchanges] == [429, 503, 200]
        assert record.exchanges[0].outcome.body.data == b'{"error": "busy"}'
        assert Busy.closed == 2, "each connection is free again"
        assert (ledger_of(record, LISTED).models.failed, ledger_of(record, LISTED).models.retries) == (2, 2)

    def test_is_made_again_where_no_connection_comes_about(self, tmp_path, waits):
        served = Model(httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow"), answer())
        live, again, record = record_and_replay(tmp_path, lambda: served.ask()["model"], POLICY)
        assert live == again == "gpt"
        assert len(record.exchanges) == 3

    def test_of_an_asynchronous_client_too(self, tmp_path, waits):
        served = Model(httpx2.Response(429, json={}), httpx2.ConnectError("refused"), answer())

        async def agent():
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(served.served)) as client:
                answered = await client.post("https://api.test/v1/chat/completions", json={"model": "gpt"})
                return answered.json()["model"]

        live, again, record = record_and_replay(tmp_path, lambda: asyncio.run(agent()), POLICY)
        assert live == again == "gpt"
        assert waits == [0.5, 1.5, 0.0, 0.0]
        assert len(record.exchanges) == 3

    def test_gives_the_last_failure_to_the_agent(self, tmp_path, waits):
        served = Model(httpx2.Response(429, json={"error": "busy"}))
        live, again, _ = record_and_replay(tmp_path, served.ask, POLICY)
        assert live == again == {"error": "busy"}
        assert served.asked == 4

    @pytest.mark.parametrize("status", [200, 400, 401, 404])
    def test_is_not_made_again_after_other_answers(self, tmp_path, waits, status):
        served = Model(httpx2.Response(status, json={"usage": {"prompt_tokens": 1, "completion_tokens": 1}}))
        record_and_replay(tmp_path, served.ask, POLICY)
        assert served.asked == 1

    def test_a_violation_is_never_tried_again(self, tmp_path, waits):
        served = Model(httpx2.Response(429, json={}))
        with (
            pytest.raises(PolicyViolation),
            recorded(tmp_path, policy=Policy(retry=Retry(max_retries=9, on=(Exception, 429)), max_model_calls=2)),
        ):
            served.ask()
        assert served.asked == 2

    def test_a_stream_is_passed_on_as_it_comes(self, tmp_path, waits):
        event = f"data: {json.dumps({'choices': [{'delta': {'content': 'hi'}}]})}\n\n".encode()
        stream = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=iter([event] * 3))
        served = Model(httpx2.Response(503, json={}), stream)
        url = "https://api.test/v1/chat/completions"
        with recorded(tmp_path, policy=POLICY), served.client.stream("POST", url, json={}) as response:
            assert list(response.iter_raw()) == [event] * 3
