"""What a full policy costs a call that is recorded, over no policy: of a tool, and of a model."""

import json
import tempfile
from functools import partial

import httpx2
from measuring import Figure, cpu, extra, interleaved, main

import pytest_oao
from pytest_oao import Policy

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


def recorded(act, policy):
    """Return the CPU seconds of what is recorded under a policy, or under none."""
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder, policy=policy):
        act()  # what is made once: caches, imports
        return cpu(act)


def measure(quick):
    answered = json.dumps(ANSWER).encode()
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "application/json"}, content=answered)
    )
    with httpx2.Client(transport=transport) as client:
        for name, act in (("a tool", tools), ("a model", partial(models, client))):
            ours, floors = interleaved(2 if quick else 30, partial(recorded, act, FULL), partial(recorded, act, None))
            yield Figure(f"record: a call of {name} under a full policy", extra(ours, floors) / CALLS * 1e6, "µs", 20)


if __name__ == "__main__":
    main(measure)
