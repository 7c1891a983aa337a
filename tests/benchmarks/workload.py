"""Traffic of known shapes, the same in every process: what the benchmarks send and are answered."""

import json
import random
from functools import lru_cache

URL = "http://bench.invalid/v1/chat/completions"
HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-bench"}
WORDS = [
    "the",
    "agent",
    "reads",
    "a",
    "file",
    "then",
    "calls",
    "search",
    "with",
    "the",
    "query",
    "and",
    "waits",
    "plans",
    "tests",
    "retries",
    "state",
    "result",
    "naïve",
    "–",
    '"ok"',
    "{x}\n",
]
MODEL = "gpt-bench"


@lru_cache(maxsize=100_000)
def text(seed, size):
    chance, out, length = random.Random(seed), [], 0
    while length < size:
        out.append(chance.choice(WORDS))
        length += len(out[-1]) + 1
    return " ".join(out)[:size]


def encoded(value):
    """Write JSON as the SDKs do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def completion(number, size=2048):
    """Return an answer of about `size` bytes."""
    message = {"role": "assistant", "content": f"[{number}] {text(number, size - 400)}", "refusal": None}
    return encoded(
        {
            "id": f"chatcmpl-{number:08d}",
            "object": "chat.completion",
            "created": 1_760_000_000 + number,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )


def stream(number, chunks=200):
    """Yield the events of a streamed answer."""
    base = {"id": f"chatcmpl-{number:08d}", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    for position in range(chunks):
        delta = {"content": f"{WORDS[position % len(WORDS)]} "}
        reason = "stop" if position == chunks - 1 else None
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        yield b"data: " + encoded(base | {"choices": [choice]}) + b"\n\n"
    yield b"data: [DONE]\n\n"


def history(step, session=0, size=650):
    """Return what an agent sends at a step: system prompt, question, and two messages for each step before."""
    messages = [{"role": "system", "content": text(1, 1500)}, {"role": "user", "content": text(session + 2, size)}]
    for number in range(step):
        seed, call = number * 31 + session * 7919, f"call_{session}_{number}_0123456789"
        function = {"name": "search", "arguments": json.dumps({"query": text(seed, size // 8)})}
        called = {"id": call, "type": "function", "function": function}
        messages.append({"role": "assistant", "content": text(seed + 1, size // 4), "tool_calls": [called]})
        messages.append({"role": "tool", "tool_call_id": call, "content": text(seed + 2, size * 3 // 2)})
    return messages


def session(steps):
    """Yield the request bodies of an agent's session."""
    messages = history(steps)
    for step in range(steps):
        yield encoded({"model": MODEL, "messages": messages[: 2 + 2 * step]})


def request(shape, number):
    """Return the arguments of the n-th call of a shape."""
    if shape == "20 KB":
        *first, last = history(14)
        return {"model": MODEL, "messages": [*first, {**last, "content": f"result {number} {last['content']}"}]}
    question = {"model": MODEL, "messages": [{"role": "user", "content": f"question {number}: {text(number, 60)}"}]}
    return {**question, "stream": True} if shape == "stream" else question
