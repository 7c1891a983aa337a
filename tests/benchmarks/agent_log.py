"""A log of agents' model calls as teams write it: `python tests/benchmarks/agent_log.py FILE MEGABYTES`.

Many sessions at once, of many steps each, whose requests repeat the whole conversation so far, with tool schemas.
"""

import random
import sys
from pathlib import Path

import orjson

WORDS = [
    "the",
    "order",
    "was",
    "shipped",
    "on",
    "monday",
    "and",
    "the",
    "customer",
    "asks",
    "for",
    "a",
    "refund",
    "because",
    "delivery",
    "took",
    "more",
    "than",
    "two",
    "weeks",
    "please",
    "check",
    "the",
    "status",
    "in",
    "the",
    "warehouse",
    "system",
    "then",
    "update",
    "the",
    "ticket",
    "with",
    "what",
    "you",
    "found",
    "and",
    "write",
    "a",
    "short",
    "summary",
    "of",
    "all",
    "steps",
    "taken",
    "so",
    "far",
    "including",
    "amounts",
    "dates",
    "and",
    "names",
    "of",
    "everyone",
    "who",
    "was",
    "asked",
    "about",
    "this",
    "case",
]
SYSTEM = "You are a support agent. Use tools before you answer.\n\n" + "\n".join(
    f"{number}. Rule number {number}: never promise what the policy of section {number} does not cover; ask first."
    for number in range(1, 15)
)
AT_ONCE = 16
STEPS, MANY_STEPS = (4, 14), (40, 120)
"""Of a session: an assistant's requests have 11 KB on the average, those of an agent that works on 50 KB."""


def tool(name, count):
    properties = {
        f"field_{number}": {
            "type": ("string", "integer", "boolean", "number")[number % 4],
            "description": f"What the {name} needs to know as its field {number}, exactly as the customer wrote it.",
        }
        for number in range(count)
    }
    schema = {"type": "object", "properties": properties, "required": ["field_0"], "additionalProperties": False}
    return {"name": name, "description": f"Do the {name} in the shop's own system.", "parameters": schema}


TOOLS = [tool(name, 3 + at) for at, name in enumerate(("lookup_order", "refund", "search_kb", "update_ticket"))]


class Agent:
    """One session: each step is a request with all that was said, and an answer."""

    def __init__(self, number, chance, steps):
        self.number, self.chance = number, chance
        self.steps = chance.randint(*steps)
        self.anthropic = number % 3 == 2
        self.tools = [self.declared(one) for one in TOOLS]
        self.messages = [] if self.anthropic else [{"role": "system", "content": SYSTEM}]
        self.messages.append({"role": "user", "content": self.text(60)})
        self.clock = 1_790_000_000 + number * 3.0

    def declared(self, one):
        if self.anthropic:
            return {"name": one["name"], "description": one["description"], "input_schema": one["parameters"]}
        return {"type": "function", "function": one}

    def text(self, count):
        return " ".join(self.chance.choices(WORDS, k=count)) + "."

    def step(self):
        """Return the next record; the conversation grows by the answer and by what the tools return."""
        self.steps -= 1
        request = self.request()
        response = self.answer(last=not self.steps)
        took = self.chance.uniform(0.4, 3)
        record = {
            "session_id": f"session-{self.number:07d}",
            "timestamp": round(self.clock, 3),
            "latency_ms": round(took * 1000),
            "user_id": f"user-{self.number % 997}",
            "request": request,
            "response": response,
        }
        self.clock += took + 1
        return orjson.dumps(record) + b"\n"

    def request(self):
        if self.anthropic:
            return {
                "model": "claude-sonnet-4-5",
                "max_tokens": 2048,
                "system": SYSTEM,
                "messages": list(self.messages),
                "tools": self.tools,
            }
        return {"model": "gpt-5", "messages": list(self.messages), "tools": self.tools, "temperature": 0.2}

    def answer(self, *, last):
        calls = [] if last else [self.call() for _ in range(self.chance.choice((1, 1, 2)))]
        return (self.anthropic_answer if self.anthropic else self.openai_answer)(calls, self.text(25))

    def call(self):
        arguments = {"field_0": f"order-{self.chance.randrange(10**6)}", "field_2": self.chance.random() < 0.5}
        return f"call_{self.chance.randrange(16**24):024x}", self.chance.choice(TOOLS)["name"], arguments

    def result(self):
        rows = [{"id": self.chance.randrange(10**6), "note": self.text(12)} for _ in range(self.chance.randint(2, 9))]
        return orjson.dumps({"rows": rows, "total": round(self.chance.uniform(1, 900), 2)}).decode()

    def openai_answer(self, calls, said):
        message = {"role": "assistant", "content": None if calls else said, "refusal": None}
        if calls:
            message["tool_calls"] = [
                {
                    "id": name,
                    "type": "function",
                    "function": {"name": tool_name, "arguments": orjson.dumps(arguments).decode()},
                }
                for name, tool_name, arguments in calls
            ]
        results = ({"role": "tool", "tool_call_id": name, "content": self.result()} for name, _, _ in calls)
        self.messages += [message, *results]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if calls else "stop"}
        return {
            "id": f"chatcmpl-{self.chance.randrange(16**20):020x}",
            "object": "chat.completion",
            "created": int(self.clock),
            "model": "gpt-5-2026-01-01",
            "choices": [choice],
            "usage": {"prompt_tokens": 1400, "completion_tokens": 80, "total_tokens": 1480},
        }

    def anthropic_answer(self, calls, said):
        content = [{"type": "text", "text": said}]
        content += [
            {"type": "tool_use", "id": name, "name": tool_name, "input": given} for name, tool_name, given in calls
        ]
        self.messages.append({"role": "assistant", "content": content})
        if calls:
            results = [{"type": "tool_result", "tool_use_id": name, "content": self.result()} for name, _, _ in calls]
            self.messages.append({"role": "user", "content": results})
        return {
            "id": f"msg_{self.chance.randrange(16**20):020x}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20260101",
            "content": content,
            "stop_reason": "tool_use" if calls else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1400, "output_tokens": 80},
        }


def lines(megabytes, seed=7, steps=STEPS):
    """Yield the lines of a log of about so many megabytes, sixteen sessions going on at once."""
    chance = random.Random(seed)
    left, number, agents = megabytes * 1_000_000, 0, []
    while left > 0 or agents:
        while left > 0 and len(agents) < AT_ONCE:
            agents.append(Agent(number, chance, steps))
            number += 1
        agent = chance.choice(agents)
        line = agent.step()
        left -= len(line)
        if not agent.steps:
            agents.remove(agent)
        yield line


def write(path, megabytes, steps=STEPS):
    """Write a log; return its size in bytes."""
    with Path(path).open("wb") as file:
        return sum(file.write(line) for line in lines(megabytes, steps=steps))


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1], float(sys.argv[2])):,} bytes\n")
