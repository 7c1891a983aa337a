"""Seeds of violation: what a model has to say for an agent to break a rule, and agents that would go on for ever.

Each agent has the same tools, whose bodies take note that they ran, and is run by `agent(url, seed, limits)`. It
swallows every Exception and begins anew, `limits.rounds` times with `limits.turns` answers of the model at most: for
ever, but where a session is to be recorded that a policy is tried against afterwards. The frameworks' agents are in
policy_framework_agents.py.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from anthropic import Anthropic, AsyncAnthropic, beta_tool
from openai import AsyncOpenAI, OpenAI

import pytest_oao
from pytest_oao import Policy, Retry

MODEL = "scripted"
PRICES = {MODEL: {"input": 0, "output": 1000}}
PRICE = 0.007
"""What each answer costs, of 7 tokens, in US dollars: what a request costs is known only then."""
LANES = 6
RETRIES = 20
"""How often the SDKs would try again."""
ENOUGH = 400
"""How many pieces a looping answer has that ends after all."""
NEVER = 10**6


@dataclass(frozen=True)
class Seed:
    """What leads to a violation, and what the world may see of it."""

    name: str
    script: list
    policy: Policy
    rule: str
    requests: int
    ran: tuple = ()
    """Tools whose bodies run before, in order."""
    streams: bool = False
    lanes: int = 1
    given: dict = field(default_factory=dict)
    """What `record` gets besides."""


@dataclass(frozen=True)
class Limits:
    """How long an agent goes on by itself."""

    rounds: int = NEVER
    turns: int = NEVER
    swallows: type[BaseException] = Exception
    """What it takes no notice of."""


FOR_EVER = Limits()
DEAF = Limits(swallows=BaseException)
ONCE = Limits(1, 7)


def looped(text, **calls):
    """Return the script of a model that always says the same."""
    return [{"text": text, "calls": list(calls.items())}]


SEEDS = [
    Seed(
        "endless loop", looped("Once more.", look={"place": "here"}), Policy(max_steps=9), "max_steps", 5, ("look",) * 4
    ),
    Seed(
        "identical calls",
        looped("Once more.", look={"place": "here"}),
        Policy(max_repeats=3),
        "max_repeats",
        4,
        ("look",) * 3,
    ),
    Seed(
        "token-looping stream",
        [{"text": "again and", "endless": "again and"}],
        Policy(max_output_tokens=100),
        "max_output_tokens",
        1,
        streams=True,
    ),
    Seed(
        "token-looping arguments",
        [{"text": "So be it.", "calls": [["write_file", {"path": "a" * 90}]], "endless": "aaaaaaa"}],
        Policy(max_output_tokens=100),
        "max_output_tokens",
        1,
        streams=True,
    ),
    Seed(
        "forbidden tool",
        [
            {"turn": 0, "text": "I look first.", "calls": [["look", {"place": "here"}]]},
            {"text": "Away with it.", "calls": [["delete_file", {"path": "notes/a"}]]},
        ],
        Policy(denied_tools=["delete_*"]),
        "denied_tools",
        2,
        ("look",),
    ),
    Seed(
        "forbidden argument",
        [
            {"turn": 0, "text": "A draft.", "calls": [["write_file", {"path": "notes/a"}]]},
            {"text": "Now for real.", "calls": [["write_file", {"path": "prod/db"}]]},
        ],
        Policy(denied_tools=['write_file(path="prod/**")']),
        "denied_tools",
        2,
        ("write_file",),
    ),
    Seed(
        "retry storm",
        [{"status": 500}],
        Policy(max_retries=2),
        "max_retries",
        3,
    ),
    Seed(
        "retry storm of our own",
        [{"status": 500}],
        Policy(max_retries=2, retry=Retry(max_retries=2, initial_delay=0)),
        "max_retries",
        3,
    ),
    Seed(
        "approval denied",
        looped("I pay Anna.", pay={"to": "anna"}),
        Policy(require_approval=["pay"]),
        "require_approval",
        1,
        given={"approve": lambda call: False},
    ),
    Seed(
        "missing rationale",
        [
            {"turn": 0, "text": "I must see what is there.", "calls": [["look", {"place": "here"}]]},
            {"calls": [["delete_file", {"path": "notes/a"}]]},
        ],
        Policy(require_rationale=["look", "delete_*"]),
        "require_rationale",
        2,
        ("look",),
    ),
]
OVERRUN = Seed(
    "cost overrun in lanes",
    [{"text": "Once more.", "calls": [["look", {"place": "here"}]], "delay": 0.01}],
    Policy(max_cost_usd=0.04),
    "max_cost_usd",
    6,  # the sixth passes the limit, for which no other is under way
    lanes=LANES,
    given={"prices": PRICES},
)
BESIDE = Seed(
    "forbidden tool beside another",
    [{"text": "Both.", "calls": [["look", {"place": "here"}], ["delete_file", {"path": "notes/a"}]]}],
    Policy(denied_tools=["delete_*"]),
    "denied_tools",
    1,
)

SWALLOWED = [seed for seed in SEEDS if seed.name in {"endless loop", "token-looping stream", "forbidden tool"}]
"""Those with which agents are run that swallow everything."""


def named(seed):
    """Return what a seed is called in addresses and in the ids of tests."""
    return seed.name.replace(" ", "_")


RAN = []
"""Tools whose bodies ran, in this process."""


def look(place: str) -> str:
    """Look around."""
    RAN.append("look")
    return f"nothing {place}"


def write_file(path: str) -> str:
    """Write a file."""
    RAN.append("write_file")
    return path


def delete_file(path: str) -> str:
    """Delete a file."""
    RAN.append("delete_file")
    return path


def pay(to: str) -> str:
    """Pay somebody."""
    RAN.append("pay")
    return to


BODIES = [look, write_file, delete_file, pay]
TOOLS = {body.__name__: pytest_oao.tool(body) for body in BODIES}
QUESTION = [{"role": "user", "content": "Tidy up."}]
NAMES = {"look": "place", "write_file": "path", "delete_file": "path", "pay": "to"}


def schema(name):
    return {"type": "object", "properties": {NAMES[name]: {"type": "string"}}}


def ran(name, arguments, limits):
    """Run a tool as agents do that tell the model what went wrong."""
    try:
        return TOOLS[name](**arguments)
    except limits.swallows as error:
        return f"failed: {error}"


def stubborn(converse, limits):
    """Begin anew, whatever goes wrong."""
    for _ in range(limits.rounds):
        try:
            converse()
        except limits.swallows:
            continue


async def stubborn_async(converse, limits):
    for _ in range(limits.rounds):
        try:
            await converse()
        except limits.swallows:
            continue


def in_lanes(lanes, agent):
    """Run agents side by side in threads; nobody asks what became of them."""
    with ThreadPoolExecutor(lanes) as pool:
        for _ in range(lanes):
            pool.submit(agent)


async def in_tasks(lanes, agent):
    """Run agents side by side in tasks; nobody asks what became of them."""
    await asyncio.gather(*(agent() for _ in range(lanes)), return_exceptions=True)


class Openai:
    """How plain openai is asked."""

    @staticmethod
    def client(url, kind=OpenAI):
        return kind(base_url=url, api_key="k", max_retries=RETRIES)

    @classmethod
    def async_client(cls, url):
        return cls.client(url, AsyncOpenAI)

    @staticmethod
    def request(messages):
        tools = [{"type": "function", "function": {"name": name, "parameters": schema(name)}} for name in TOOLS]
        return {"model": MODEL, "messages": messages, "tools": tools}

    @classmethod
    def said(cls, client, messages, streams):
        if not streams:
            return client.chat.completions.create(**cls.request(messages)).choices[0].message
        with client.chat.completions.stream(**cls.request(messages)) as stream:
            return stream.get_final_completion().choices[0].message

    @classmethod
    async def said_async(cls, client, messages, streams):
        if not streams:
            return (await client.chat.completions.create(**cls.request(messages))).choices[0].message
        async with client.chat.completions.stream(**cls.request(messages)) as stream:
            return (await stream.get_final_completion()).choices[0].message

    @staticmethod
    def answered(message, messages, limits):
        """Run the tools that a model asks for; False where it asks for none."""
        calls = message.tool_calls or ()
        named = [{"name": one.function.name, "arguments": one.function.arguments} for one in calls]
        asked = [{"id": one.id, "type": "function", "function": two} for one, two in zip(calls, named, strict=True)]
        messages.append({"role": "assistant", "content": message.content, "tool_calls": asked})
        for one in calls:
            said = ran(one.function.name, json.loads(one.function.arguments), limits)
            messages.append({"role": "tool", "tool_call_id": one.id, "content": said})
        return bool(calls)


class Claude:
    """How plain anthropic is asked."""

    @staticmethod
    def client(url, kind=Anthropic):
        return kind(base_url=url.removesuffix("/v1"), api_key="k", max_retries=RETRIES)

    @classmethod
    def async_client(cls, url):
        return cls.client(url, AsyncAnthropic)

    @staticmethod
    def request(messages):
        tools = [{"name": name, "input_schema": schema(name)} for name in TOOLS]
        return {"model": MODEL, "max_tokens": 1000, "messages": messages, "tools": tools}

    @classmethod
    def said(cls, client, messages, streams):
        if not streams:
            return client.messages.create(**cls.request(messages))
        with client.messages.stream(**cls.request(messages)) as stream:
            return stream.get_final_message()

    @classmethod
    async def said_async(cls, client, messages, streams):
        if not streams:
            return await client.messages.create(**cls.request(messages))
        async with client.messages.stream(**cls.request(messages)) as stream:
            return await stream.get_final_message()

    @staticmethod
    def answered(message, messages, limits):
        """Run the tools that a model asks for; False where it asks for none."""
        calls = [block for block in message.content if block.type == "tool_use"]
        said = [
            {"type": "tool_result", "tool_use_id": one.id, "content": ran(one.name, one.input, limits)} for one in calls
        ]
        content = [block.model_dump(include={"type", "text", "id", "name", "input"}) for block in message.content]
        messages += [{"role": "assistant", "content": content}, {"role": "user", "content": said}]
        return bool(calls)


def sync_agent(sdk, url, seed, limits):
    client = sdk.client(url)

    def converse():
        messages = list(QUESTION)
        for _ in range(limits.turns):
            if not sdk.answered(sdk.said(client, messages, seed.streams), messages, limits):
                return

    def agent():
        stubborn(converse, limits)

    if seed.lanes > 1:
        in_lanes(seed.lanes, agent)
    else:
        agent()


def threaded_agent(sdk, url, seed, limits):
    in_lanes(1, lambda: sync_agent(sdk, url, seed, limits))


def async_agent(sdk, url, seed, limits):
    async def run():
        async with sdk.async_client(url) as client:

            async def converse():
                messages = list(QUESTION)
                for _ in range(limits.turns):
                    if not sdk.answered(await sdk.said_async(client, messages, seed.streams), messages, limits):
                        return

            def agent():
                return stubborn_async(converse, limits)

            await (in_tasks(seed.lanes, agent) if seed.lanes > 1 else agent())

    asyncio.run(run())


def runner_agent(url, seed, limits):
    """Have Anthropic's own runner of tools do it."""
    client, tools = Claude.client(url), [beta_tool(body) for body in BODIES]

    def converse():
        request = {**Claude.request(list(QUESTION)), "tools": tools, "stream": seed.streams}
        for message in client.beta.messages.tool_runner(**request, max_iterations=limits.turns):
            if seed.streams:
                message.get_final_message()

    def agent():
        stubborn(converse, limits)

    if seed.lanes > 1:
        in_lanes(seed.lanes, agent)
    else:
        agent()


PLAIN = {
    "openai": partial(sync_agent, Openai),
    "openai async": partial(async_agent, Openai),
    "openai threads": partial(threaded_agent, Openai),
    "anthropic": partial(sync_agent, Claude),
    "anthropic async": partial(async_agent, Claude),
    "anthropic threads": partial(threaded_agent, Claude),
    "anthropic runner": runner_agent,
}
