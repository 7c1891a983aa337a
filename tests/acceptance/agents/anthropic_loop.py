"""A loop over plain anthropic: tools by decorator and of a wrapped client, two at once, one that fails, and a retry."""

import asyncio
import json

from anthropic import Anthropic, AsyncAnthropic
from world import touch, url

import pytest_oao as oao

SCRIPT = [
    {
        "turn": 0,
        "text": "I look at both.",
        "calls": [["weather", {"city": "Lisbon"}], ["fares", {"city": "Lisbon", "nights": 2}]],
    },
    {"turn": 1, "text": "Now I book.", "calls": [["book", {"fare": "first class"}]]},
    {"turn": 2, "last": "no such fare", "text": "Then the other one.", "calls": [["book", {"fare": "basic"}]]},
    {"turn": 3, "text": "Booked: {last} {nonce}"},
]
VARIANTS = ("sync", "async", "stream")
MUTATIONS = {
    "prompt edited": ["request changed", 3],
    "tool removed": ["request changed", 3],
    "arguments changed": ["tool arguments changed", 4],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 12],
}
ATTEMPTS = []


class Agency:
    def profile(self, customer):
        touch("profile")
        return {customer: 1}

    def fares(self, city, nights):
        touch("fares")
        if not ATTEMPTS:
            ATTEMPTS.append(1)
            raise TimeoutError("the agency does not answer")
        return {"basic": (nights, city)}

    def book(self, fare):
        touch("book")
        if fare != "basic":
            raise LookupError(f"no such fare: {fare}")
        return b"ticket 12"


@oao.tool
async def weather(city):
    await asyncio.sleep(0.001)
    touch("weather")
    return f"21 degrees in {city}"


agency = oao.wrap(Agency(), name="agency")
NAMES = ("weather", "fares", "book")


def request(messages, mutation):
    names = NAMES[:2] if mutation == "tool removed" else NAMES
    very = " very" if mutation == "prompt edited" else ""
    return {
        "model": "scripted",
        "max_tokens": 100,
        "system": f"You are a{very} careful clerk.",
        "messages": messages,
        "tools": [{"name": name, "input_schema": {"type": "object"}} for name in names],
    }


async def ran(block, mutation):
    given = dict(block.input)
    if mutation == "arguments changed" and block.name == "weather":
        given["city"] += ", Portugal"
    for _ in range(2):
        try:
            result = await weather(**given) if block.name == "weather" else getattr(agency, block.name)(**given)
        except TimeoutError:
            continue
        except LookupError as error:
            result = str(error)
        return {"type": "tool_result", "tool_use_id": block.id, "content": json.dumps(result, default=repr)}
    raise AssertionError(block)


async def all_ran(message, mutation):
    blocks = [block for block in message.content if block.type == "tool_use"]
    return await asyncio.gather(*(ran(block, mutation) for block in blocks))


def run(variant, mutation):
    ATTEMPTS.clear()
    base = url("anthropic_loop").removesuffix("/v1")
    customers = ["Ann", "Ben"] if mutation != "order swapped" else ["Ben", "Ann"]
    for customer in customers:
        agency.profile(customer)
    messages = [{"role": "user", "content": "Book me a trip to Lisbon."}]
    said = asyncio.run(looped(RUN[variant](base), messages, mutation))
    if mutation == "extra call":
        agency.book("other")
    return [said, [one["content"] for one in messages if one["role"] == "user"]]


async def looped(answer, messages, mutation):
    while True:
        message = await answer(request(messages, mutation))
        messages.append({"role": "assistant", "content": [shown(block) for block in message.content]})
        if message.stop_reason != "tool_use":
            return [block.text for block in message.content]
        messages.append({"role": "user", "content": await all_ran(message, mutation)})


def shown(block):
    if block.type == "text":
        return {"type": "text", "text": block.text}
    return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}


def sync(base):
    client = Anthropic(base_url=base, max_retries=0, api_key="k")

    async def answer(asked):
        return client.messages.create(**asked)

    return answer


def awaited(base):
    async def answer(asked):
        async with AsyncAnthropic(base_url=base, max_retries=0, api_key="k") as client:
            return await client.messages.create(**asked)

    return answer


def streamed(base):
    client = Anthropic(base_url=base, max_retries=0, api_key="k")

    async def answer(asked):
        with client.messages.stream(**asked) as stream:
            return stream.get_final_message()

    return answer


RUN = {"sync": sync, "async": awaited, "stream": streamed}
