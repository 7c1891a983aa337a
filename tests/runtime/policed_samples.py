"""Runs under a policy for the tests of the runtime: recorded by `record`, replayed, judged."""

import json
from contextlib import contextmanager

import httpx2

import pytest_oao
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.runtime.spending import judged, ledger_of

PRICES = {"gpt": {"input": 1, "cached_input": 0.5, "output": 10, "context_window": 1000}}
LISTED = Prices.of(PRICES)


@contextmanager
def recorded(folder, **options):
    with pytest_oao.record(folder, prices=PRICES, **options) as session:
        yield session


def verdicts(session):
    """Return what was said to each call: words, rules, by whom."""
    return [[(one.said, one.rule) for one in exchange.verdicts] for exchange in session.exchanges]


def record_and_replay(folder, agent, policy, **hooks):
    """Have an agent recorded under a policy and replayed under it; return what it came to, and the record."""
    with recorded(folder, policy=policy, **hooks) as session:
        live = agent()
        during = session.ledger.ledger
    record = pytest_oao.load(session.cassette)
    with pytest_oao.replay(session.cassette, policy=policy, prices=PRICES) as replay:
        again = agent()
        assert replay.ledger.ledger == during == ledger_of(record, LISTED)
    assert judged(record, policy or Policy(), LISTED) is None
    return live, again, record


def answer(text="hello", tokens=(10, 5), tools=(), reasoning=None):
    message = {"role": "assistant", "content": text}
    if reasoning:
        message["reasoning_content"] = reasoning
    if tools:
        message["tool_calls"] = [
            {"id": number, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for number, name, arguments in tools
        ]
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return {"model": "gpt", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}


class Model:
    """A model behind httpx2 that answers what it is told to, and counts how often it was really asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0
        self.client = httpx2.Client(transport=httpx2.MockTransport(self.served))

    def served(self, request):
        self.asked += 1
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx2.Response) else httpx2.Response(200, json=given)

    def ask(self, text="hi", url="https://api.test/v1/chat/completions", **more):
        body = {"model": "gpt", "messages": [{"role": "user", "content": text}], **more}
        return self.client.post(url, json=body).json()


class Waits:
    """In place of `sleep`: how long one would have slept."""

    def __init__(self, monkeypatch):
        self.seconds = []
        monkeypatch.setattr("pytest_oao.runtime.retrying.sleep", self.seconds.append)

        async def sleep(seconds):
            self.seconds.append(seconds)

        monkeypatch.setattr("pytest_oao.runtime.retrying.sleep_on_asyncio", sleep)
