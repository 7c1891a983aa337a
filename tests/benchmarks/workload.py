"""Traffic of known shapes, the same in every process: what the benchmarks send and are answered."""

import json
import random

WORDS = "the agent reads a file then calls search with the query and waits plans tests retries state result naïve – \"ok\" {x}\n".split(" ")


def text(seed, size):
    chance, out, length = random.Random(seed), [], 0
    while length < size:
        out.append(chance.choice(WORDS))
        length += len(out[-1]) + 1
    return " ".join(out)[:size]


def completion(number, size=2048):
    body = {"id": f"chatcmpl-{number:08d}", "object": "chat.completion", "created": 1_760_000_000 + number, "model": "gpt-bench", "choices": [{"index": 0, "message": {"role": "assistant", "content": f"[{number}] " + text(number, size - 400), "refusal": None}, "logprobs": None, "finish_reason": "stop"}], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def stream(number, chunks=200):
    base = {"id": f"chatcmpl-{number:08d}", "object": "chat.completion.chunk", "created": 1, "model": "gpt-bench"}
    for position in range(chunks):
        delta = {"content": WORDS[position % len(WORDS)] + " "}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "stop" if position == chunks - 1 else None}
        yield b"data: " + json.dumps(base | {"choices": [choice]}, separators=(",", ":")).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def history(step, session=0, size=650):
    messages = [{"role": "system", "content": text(1, 1500)}, {"role": "user", "content": text(session + 2, size)}]
    for number in range(step):
        seed, call = number * 31 + session * 7919, f"call_{session}_{number}_0123456789"
        function = {"name": "search", "arguments": json.dumps({"query": text(seed, size // 8)})}
        messages.append({"role": "assistant", "content": text(seed + 1, size // 4), "tool_calls": [{"id": call, "type": "function", "function": function}]})
        messages.append({"role": "tool", "tool_call_id": call, "content": text(seed + 2, size * 3 // 2)})
    return messages


def request(shape, number):
    if shape == "small":
        return {"model": "gpt-bench", "messages": [{"role": "user", "content": f"question {number}: {text(number, 60)}"}]}
    if shape == "20 KB":
        *first, last = history(14)
        return {"model": "gpt-bench", "messages": [*first, {**last, "content": f"result {number} {last['content']}"}]}
    if shape == "stream":
        return {**request("small", number), "stream": True}
    return {"model": "gpt-bench", "messages": history(number)}
