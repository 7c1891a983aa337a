"""An agent of Anthropic's tool runner: several tools, two at once, one that fails and is asked again."""

import asyncio

from anthropic import Anthropic, AsyncAnthropic, beta_async_tool, beta_tool
from world import touch, url

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
    "prompt edited": ["request changed", 1],
    "tool removed": ["request changed", 1],
    "arguments changed": ["tool arguments changed", 2],
    "order swapped": ["calls reordered", 2],
    "extra call": ["extra call", 9],
}
MUTATION = []


def weather(city: str) -> str:
    """Tell the weather in a city."""
    touch("weather")
    return f"21 degrees in {city}"


def fares(city: str, nights: int) -> list:
    """Tell the fares to a city."""
    touch("fares")
    return [{"type": "text", "text": f"basic to {city}: {nights * 40}"}]


def book(fare: str) -> str:
    """Book a fare."""
    touch("book")
    if fare != "basic":
        raise LookupError(f"no such fare: {fare}")
    return "ticket 12"


WAYS = [weather, fares, book]
SYNC = [beta_tool(one) for one in WAYS]


def asynchronous(function):
    async def tool(**arguments):
        await asyncio.sleep(0)
        return function(**arguments)

    return beta_async_tool(tool, name=function.__name__, description=function.__doc__, input_schema=schema(function))


def schema(function):
    return next(one.to_dict()["input_schema"] for one in SYNC if one.name == function.__name__)


ASYNC = [asynchronous(one) for one in WAYS]


def request(tools, mutation):
    if mutation == "tool removed":
        tools = tools[:2]
    very = " very" if mutation == "prompt edited" else ""
    return {
        "model": "scripted",
        "max_tokens": 100,
        "system": f"You are a{very} careful clerk.",
        "messages": [{"role": "user", "content": "Book me a trip to Lisbon."}],
        "tools": tools,
    }


def mutated(message, mutation):
    """Change what the runner is told to run, as middleware might."""
    asked = [block for block in message.content if block.type == "tool_use"]
    if mutation == "arguments changed" and asked and asked[0].name == "weather":
        asked[0].input = {"city": "Lisbon, Portugal"}
    if mutation == "order swapped" and len(asked) == 2:
        message.content[-2:] = message.content[-1:-3:-1]


def run(variant, mutation):
    base = url("anthropic_runner").removesuffix("/v1")
    said = RUN[variant](base, mutation)
    if mutation == "extra call":
        SYNC[0].call({"city": "Porto"})
    return said


def told(message):
    return [message.stop_reason, [block.text for block in message.content if block.type == "text"]]


def looped(base, mutation):
    client = Anthropic(base_url=base, max_retries=0, api_key="k")
    found = []
    for message in client.beta.messages.tool_runner(**request(SYNC, mutation)):
        mutated(message, mutation)
        found.append(told(message))
    return found


def streamed(base, mutation):
    client = Anthropic(base_url=base, max_retries=0, api_key="k")
    found = []
    for stream in client.beta.messages.tool_runner(**request(SYNC, mutation), stream=True):
        texts = [event.text for event in stream if event.type == "text"]
        found.append([texts, told(stream.get_final_message())])
    return found


async def awaited(base, mutation):
    async with AsyncAnthropic(base_url=base, max_retries=0, api_key="k") as client:
        return [told(message) async for message in client.beta.messages.tool_runner(**request(ASYNC, mutation))]


RUN = {"sync": looped, "async": lambda *asked: asyncio.run(awaited(*asked)), "stream": streamed}
