"""A loop over plain openai: tools by decorator, two at once in threads, one that fails and is asked again, and a retry."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from openai import AsyncOpenAI, OpenAI
from world import touch, url

import pytest_oao as oao

SCRIPT = [
    {
        "turn": 0,
        "reason": "Weather and fares are two questions.",
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


class NoSuchFare(LookupError):
    pass


@oao.tool
def profile(customer):
    touch("profile")
    return {"name": customer}


@oao.tool
def weather(city):
    touch("weather")
    return {"degrees": 21, "in": city}


@oao.tool
def fares(city, nights):
    touch("fares")
    if not ATTEMPTS:
        ATTEMPTS.append(1)
        raise ConnectionError("the fares are not to be had now")
    return f"basic to {city}: {nights * 40}"


@oao.tool
def book(fare):
    touch("book")
    if fare != "basic":
        raise NoSuchFare(f"no such fare: {fare}")
    return ("ticket", 12)


ATTEMPTS = []
TOOLS = {"weather": weather, "fares": fares, "book": book}


def definition(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


def request(messages, mutation):
    names = [name for name in TOOLS if (name, mutation) != ("book", "tool removed")]
    return {"model": "scripted", "messages": messages, "tools": [definition(name) for name in names]}


def begun(mutation):
    very = " very" if mutation == "prompt edited" else ""
    return [
        {"role": "system", "content": f"You are a{very} careful clerk."},
        {"role": "user", "content": "Book me a trip to Lisbon."},
    ]


def ran(call, mutation):
    arguments = json.loads(call.function.arguments)
    if mutation == "arguments changed" and call.function.name == "weather":
        arguments["city"] += ", Portugal"
    for _ in range(2):
        try:
            result = TOOLS[call.function.name](**arguments)
        except ConnectionError:
            continue
        except NoSuchFare as error:
            result = str(error)
        return {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}
    raise AssertionError(call)


def all_ran(calls, mutation):
    """Run tools at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda call: ran(call, mutation), calls))


def run(variant, mutation):
    ATTEMPTS.clear()
    customers = ["Ann", "Ben"] if mutation != "order swapped" else ["Ben", "Ann"]
    for customer in customers:
        profile(customer)
    messages = begun(mutation)
    said = RUN[variant](messages, mutation)
    if mutation == "extra call":
        weather("Porto")
    return [said, [one["content"] for one in messages if one["role"] == "tool"]]


def looped(messages, mutation):
    client = OpenAI(base_url=url("openai_loop"), max_retries=0)
    while True:
        message = client.chat.completions.create(**request(messages, mutation)).choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.model_dump(exclude_none=True))
        messages += all_ran(message.tool_calls, mutation)


def streamed(messages, mutation):
    client = OpenAI(base_url=url("openai_loop"), max_retries=0)
    while True:
        with client.chat.completions.stream(**request(messages, mutation)) as stream:
            message = stream.get_final_completion().choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(
            {"role": "assistant", "content": message.content, "tool_calls": [shown(one) for one in message.tool_calls]}
        )
        messages += all_ran(message.tool_calls, mutation)


def shown(call):
    function = {"name": call.function.name, "arguments": call.function.arguments}
    return {"id": call.id, "type": "function", "function": function}


async def awaited(messages, mutation):
    async with AsyncOpenAI(base_url=url("openai_loop"), max_retries=0) as client:
        while True:
            answer = await client.chat.completions.create(**request(messages, mutation))
            message = answer.choices[0].message
            if not message.tool_calls:
                return message.content
            messages.append(message.model_dump(exclude_none=True))
            calls = [asyncio.to_thread(ran, call, mutation) for call in message.tool_calls]
            messages += await asyncio.gather(*calls)


RUN = {"sync": looped, "async": lambda *told: asyncio.run(awaited(*told)), "stream": streamed}
