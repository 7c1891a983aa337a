"""What it costs to explain how two requests of 200 messages differ, whatever differs."""

import json
import statistics

import workload
from measuring import Figure, cpu, main

from pytest_oao.diff.bodies import explain_bodies
from pytest_oao.model.bodies import Body

MESSAGES = 200
CASES = ("word", "insert", "drop10", "third", "gaps", "rewrite", "reverse", "unrelated", "arguments", "model", "ids")
REPLACED = {
    "third": lambda number: number % 3 == 0,
    # Gaps of twelve messages are the largest in which those most alike are looked for.
    "gaps": lambda number: number % 13,
}
SIZES = ((100, 15), (1_000, 50))


def conversation(size, seed=0):
    each = size // MESSAGES - 60
    messages = []
    for number in range(MESSAGES):
        role = ("user", "assistant", "tool")[number % 3]
        message = {"role": role, "content": workload.text(seed * 100_003 + number, each)}
        if role == "assistant":
            function = {"name": "search", "arguments": json.dumps({"query": f"query {number} of {seed}"})}
            message["tool_calls"] = [
                {"id": f"call_{seed}_{number}_0123456789abcdef", "type": "function", "function": function}
            ]
        messages.append(message)
    return {"model": "gpt-bench", "temperature": 0.0, "messages": messages}


def changed(request, case, size):
    """Return the request with one thing changed, or all of it."""
    copy = json.loads(json.dumps(request))
    messages = copy["messages"]
    if case == "word":
        messages[-1]["content"] = messages[-1]["content"][:-6] + "CHANGE"
    elif case == "insert":
        messages.insert(MESSAGES // 2, {"role": "user", "content": "an inserted message"})
    elif case == "drop10":
        del messages[:10]
    elif case in REPLACED:
        pairs = enumerate(zip(messages, conversation(size, seed=2)["messages"], strict=True))
        copy["messages"] = [new if REPLACED[case](number) else old for number, (old, new) in pairs]
    elif case == "rewrite":
        for number, message in enumerate(messages):
            message["content"] = f"at 2026-11-21T00:00:{number:02d} {message['content']}"
    elif case == "reverse":
        messages.reverse()
    elif case == "arguments":
        messages[100]["tool_calls"][0]["function"]["arguments"] = '{"query": "something else"}'
    elif case == "model":
        copy["model"] = "gpt-other"
    elif case == "ids":
        for message in messages[1::3]:
            message["tool_calls"][0]["id"] = message["tool_calls"][0]["id"].replace("call_0", "call_9")
        messages[0]["content"] += " and more"
    else:
        copy = conversation(size, seed=1)
    return copy


def body(request):
    return Body(json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def measure(quick):
    for size, target in SIZES:
        request = conversation(size * 1000)
        costs = {}
        for case in CASES:
            expected, came = body(request), body(changed(request, case, size * 1000))
            assert explain_bodies(expected, came).changes, case
            costs[case] = (
                statistics.median(cpu(lambda: explain_bodies(expected, came)) for _ in range(1 if quick else 7)) * 1e3
            )
        worst = max(costs, key=costs.get)
        note = f"{worst}; the mildest, {min(costs, key=costs.get)}, {min(costs.values()):.1f} ms"
        yield Figure(f"explaining a mismatch, {MESSAGES} messages, {size:,} KB", costs[worst], "ms", target, note)


if __name__ == "__main__":
    main(measure)
