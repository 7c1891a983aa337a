"""A help desk on pydantic-ai: parallel tools, one that asks to be called again, a tool that runs another agent, an output of a class."""

import asyncio
from dataclasses import dataclass

import world
from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, ModelRetry, RunContext, ToolReturn
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

SCRIPT = [
    {"of": "You are billing", "turn": 0, "calls": [["ledger", {"account": "anna"}]]},
    {"of": "You are billing", "turn": 1, "text": "Anna is owed 50, says {last} ({nonce})"},
    {
        "of": "You are the desk",
        "turn": 0,
        "text": "Let me look.",
        "calls": [
            ["find_order", {"number": "4711"}],
            ["stock", {"item": "lamp"}],
            ["stock", {"item": "bulb"}],
            ["photo", {}],
        ],
    },
    {"of": "You are the desk", "turn": 1, "calls": [["refund", {"wish": {"order": "4711", "amount": 500}}]]},
    {"of": "You are the desk", "turn": 2, "calls": [["refund", {"wish": {"order": "4711", "amount": 50}}]]},
    {"of": "You are the desk", "turn": 3, "calls": [["ask_billing", {"question": "what is Anna owed?"}]]},
    {
        "of": "You are the desk",
        "turn": 4,
        "without": "at once",
        "calls": [["final_result", {"text": "50", "happy": "maybe"}]],
    },
    {"of": "You are the desk", "calls": [["final_result", {"text": "50 ({nonce})", "happy": True}]]},
]
VARIANTS = ("run", "run_sync", "stream", "iter", "responses", "responses_stream")
MUTATIONS = {
    "prompt edited": ["request changed", 1],
    "tool removed": ["request changed", 1],
    "arguments changed": ["tool arguments changed", 7],
    "order swapped": ["calls reordered", 4],
    "extra call": ["extra call", 17],
}


@dataclass
class Desk:
    """What the tools work with: neither compared nor kept."""

    paid: bool
    connection: object


@dataclass
class Order:
    number: str
    paid: bool


class Wish(BaseModel):
    order: str
    amount: int


class Answer(BaseModel):
    text: str
    happy: bool


async def find_order(ctx: RunContext[Desk], number: str) -> Order:
    world.touch("find_order")
    return Order(number, ctx.deps.paid)


async def stock(item: str, unit: str = "pieces") -> dict[str, int]:
    world.touch("stock")
    await asyncio.sleep(0.01 if item == "lamp" else 0)
    return {unit: len(item)}


def photo() -> ToolReturn:
    world.touch("photo")
    image = BinaryContent(b"\x89PNG\r\n\x1a\n", media_type="image/png")
    return ToolReturn(return_value="a lamp", content=["so it looks", image], metadata={"taken": 1})


def refund(ctx: RunContext[Desk], wish: Wish) -> str:
    world.touch("refund")
    if wish.amount > 50:
        raise ModelRetry("at most 50")
    return f"{wish.amount} paid back, attempt {ctx.retry}"


def ledger(account: str) -> str:
    world.touch("ledger")
    return f"{account}: 50"


async def ask_billing(question: str) -> str:
    world.touch("ask_billing")
    billing = Agent(model(""), instructions="You are billing.", tools=[ledger])
    return (await billing.run(question)).output


class Mutated(AbstractCapability):
    """Changes what the model asked for, as a capability of a project may."""

    def __init__(self, mutation):
        self.mutation = mutation

    async def before_tool_execute(self, ctx, *, call, tool_def, args):
        if self.mutation == "arguments changed" and tool_def.name == "refund":
            return {"wish": Wish(order=args["wish"].order, amount=40)}
        return args

    async def after_model_request(self, ctx, *, request_context, response):
        if self.mutation == "order swapped":
            response.parts.reverse()
        return response


def model(variant):
    kind = OpenAIResponsesModel if "responses" in variant else OpenAIChatModel
    return kind("scripted", provider=OpenAIProvider(base_url=world.url("pai_desk")))


def desk(variant, mutation):
    tools = [find_order, stock, refund, ask_billing, photo]
    if mutation == "tool removed":
        tools.remove(photo)
    return Agent(
        model(variant),
        deps_type=Desk,
        output_type=Answer,
        instructions="You are the desk, and brief." if mutation == "prompt edited" else "You are the desk.",
        tools=tools,
        retries=2,
        capabilities=[Mutated(mutation)],
    )


def run(variant, mutation):
    agent, given = desk(variant, mutation), {"deps": Desk(True, object())}
    question = "Where is 4711, and my money?"
    if variant == "run_sync":
        return seen(agent.run_sync(question, **given))
    if "stream" in variant:  # where the SDK does not let a model mend its output
        return asyncio.run(streamed(agent, f"{question} Answer at once.", given))
    if variant == "iter":
        return asyncio.run(stepped(agent, question, given))
    return asyncio.run(several(agent, question, given, 2 if mutation == "extra call" else 1))


async def several(agent, question, given, times):
    for _ in range(times):
        result = await agent.run(question, **given)
    return seen(result)


async def streamed(agent, question, given):
    async with agent.run_stream(question, **given) as result:
        parts = [part.model_dump() async for part in result.stream_output(debounce_by=None)]
        return {**seen(result, await result.get_output()), "parts": parts}


async def stepped(agent, question, given):
    async with agent.iter(question, **given) as run:
        steps = [type(node).__name__ async for node in run]
    return {**seen(run.result), "steps": steps}


def seen(result, output=None):
    output = output or result.output
    parts = [part for message in result.all_messages() for part in message.parts]
    return {
        "output": output.model_dump(),
        "parts": [[type(part).__name__, repr(getattr(part, "content", None))] for part in parts],
        "metadata": [part.metadata for part in parts if getattr(part, "metadata", None)],
        "tool_calls": result.usage.tool_calls,
    }
