"""What a full policy costs: its checks by themselves, and a call that is recorded under it, over no policy."""

import json
import tempfile
from functools import partial
from statistics import median
from time import time

import httpx2
from measuring import Figure, cpu, extra, interleaved, main

import pytest_oao
from pytest_oao import Call, Exchange, Policy
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.policy.prices import Prices
from pytest_oao.ports import Reply
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.lanes import OUTERMOST
from pytest_oao.runtime.warden import Warden

CALLS = 200
URL = "http://127.0.0.1:1/v1/chat/completions"
BODY = {
    "model": "gpt-5-mini",
    "messages": [
        {"role": "system", "content": "You answer questions about the museum, and look up what you do not know. " * 4},
        {"role": "user", "content": "When does the museum open on Thursdays, and what does it cost for two? " * 2},
    ],
}
ANSWER = {
    "model": "gpt-5-mini",
    "choices": [{"message": {"role": "assistant", "content": "At nine, and ten euros each."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
}
ANSWERED = Returned(Body(b'{"a":1}', "application/json"), Head(200))
FULL = Policy(
    max_steps=10**6,
    max_model_calls=10**6,
    max_tool_calls={"*": 10**6, "search*": 10**6},
    max_tokens=10**9,
    max_input_tokens=10**9,
    max_output_tokens=10**9,
    max_cost_usd=10**6,
    max_seconds=10**6,
    max_retries=5,
    rate={"search": "100000/s", "write_*": "100000/s"},
    max_context_pressure=0.9,
    max_repeats={"in_a_row": 1000, "total": 10**6},
    max_depth=5,
    allowed_tools=[f'write_{number}(path="docs/**")' for number in range(9)] + ['search(query="*")'],
    denied_tools=["delete_*", 'write_*(path="docs/prod/**")', "shell", "sudo_*", 'search(query="*password*")'],
    allowed_models=["gpt-5*", "claude-*"],
    allowed_hosts=["127.0.0.1", "*.openai.com"],
)


@pytest_oao.tool
def search(query, limit=3):
    return {"query": query, "hits": [{"title": "Opening hours", "score": 0.5}] * limit}


def tools():
    for number in range(CALLS):
        search(f"question {number}", limit=2)


def models(client):
    for number in range(CALLS):
        client.post(URL, json={**BODY, "seed": number}).read()


def requests(client):
    for number in range(CALLS):
        client.get(f"http://127.0.0.1:1/page?{number}").read()


def recorded(act, policy):
    """Return the CPU seconds of what is recorded under a policy, or under none."""
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder, policy=policy):
        act()  # what is made once: caches, imports
        return cpu(act)


def a_tool(number):
    arguments = Body(b'{"query":"question %d","limit":2}' % number, "application/json")
    return Call("execute_tool", "search", arguments, attributes={"gen_ai.tool.name": "search"})


def a_request(number):
    return http_call("GET", f"http://127.0.0.1:1/page?{number % 300}", (), b"")


def checked(call_of):
    """Return the CPU seconds of all that is asked about calls, from the leave for one to its answer."""
    warden, calls = Warden(FULL, Prices.of(None)), [call_of(number) for number in range(CALLS * 2)]

    def check(number, call):
        permit, breach = warden.permit(call, OUTERMOST, Reply(), live=True)
        assert breach is warden.begins(permit, live=True) is None
        warden.starts(number, permit)
        assert warden.settled(Exchange(number, call, ANSWERED, time(), 0.1), ANSWERED)[1] is None

    def act(numbers):
        for number in numbers:
            check(number, calls[number])

    act(range(CALLS))
    return cpu(lambda: act(range(CALLS, CALLS * 2)))


def measure(quick):
    for name, call_of in (("a tool", a_tool), ("a request", a_request)):
        (seconds,) = interleaved(2 if quick else 40, partial(checked, call_of))
        yield Figure(f"a full policy's checks of {name}", median(seconds) / CALLS * 1e6, "µs", 20)
    answered = json.dumps(ANSWER).encode()
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "application/json"}, content=answered)
    )
    with httpx2.Client(transport=transport) as client:
        for name, act in (
            ("a tool", tools),
            ("a request", partial(requests, client)),
            ("a model", partial(models, client)),
        ):
            ours, floors = interleaved(2 if quick else 20, partial(recorded, act, FULL), partial(recorded, act, None))
            yield Figure(f"record: {name} under it, over no policy", extra(ours, floors) / CALLS * 1e6, "µs")


if __name__ == "__main__":
    main(measure)
