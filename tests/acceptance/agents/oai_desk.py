"""A help desk on openai-agents: parallel tools, one that fails and is called again, an agent as a tool, a handoff."""

import asyncio
import json
from dataclasses import dataclass

import world
from agents import (
    Agent,
    OpenAIProvider,
    RunConfig,
    RunContextWrapper,
    Runner,
    ToolOutputImage,
    ToolOutputText,
    function_tool,
    set_trace_processors,
)
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor

SCRIPT = [
    {"of": "You are billing", "turn": 0, "calls": [["ledger", {"account": "anna"}]]},
    {"of": "You are billing", "turn": 1, "text": "Anna is owed 50, says {last} ({nonce})"},
    {"of": "You are shipping", "turn": 5, "calls": [["track", {"parcel": "p-1"}]]},
    {"of": "You are shipping", "turn": 6, "text": "All done, {last} ({nonce})"},
    {
        "of": "You are the desk",
        "turn": 0,
        "reason": "I look it all up",
        "text": "Let me look.",
        "calls": [
            ["find_order", {"number": "4711"}],
            ["stock", {"item": "lamp"}],
            ["stock", {"item": "bulb"}],
            ["photo", {}],
        ],
    },
    {"of": "You are the desk", "turn": 1, "calls": [["refund", {"order": "4711", "amount": 500}]]},
    {"of": "You are the desk", "turn": 2, "last": "at most 50", "calls": [["refund", {"order": "4711", "amount": 50}]]},
    {"of": "You are the desk", "turn": 3, "calls": [["ask_billing", {"input": "what is Anna owed?"}]]},
    {"of": "You are the desk", "turn": 4, "text": "Off to shipping.", "calls": [["transfer_to_shipping", {}]]},
]
VARIANTS = ("run", "run_sync", "streamed", "chat", "chat_streamed")
MUTATIONS = {
    "prompt edited": ["request changed", 1],
    "tool removed": ["request changed", 1],
    "arguments changed": ["tool arguments changed", 7],
    "order swapped": ["calls reordered", 4],
    "extra call": ["extra call", 19],
    "prompt of an agent that is a tool edited": ["request changed", 12],
}


# As by default, but to a server that refuses traces at once
exporter = BackendSpanExporter(endpoint=f"{world.url('oai_desk')}/traces/ingest")
set_trace_processors([BatchTraceProcessor(exporter, schedule_delay=0.05)])


@dataclass
class Order:
    number: str
    paid: bool


@function_tool
def find_order(ctx: RunContextWrapper[dict], number: str) -> Order:
    """Find an order.

    Args:
        number: The order's number.
    """
    world.touch("find_order")
    return Order(number, ctx.context["paid"])


@function_tool
async def stock(item: str) -> str:
    """Tell how many there are."""
    world.touch("stock")
    await asyncio.sleep(0.01 if item == "lamp" else 0)
    return f"{len(item)} of {item}"


@function_tool
def photo() -> list[ToolOutputImage | ToolOutputText]:
    """Show the order."""
    world.touch("photo")
    return [ToolOutputImage(image_url="data:image/png;base64,iVBORw0KGgo="), ToolOutputText(text="a lamp")]


def told(ctx: RunContextWrapper, error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@function_tool(failure_error_function=told)
def refund(order: str, amount: int) -> str:
    """Pay money back."""
    world.touch("refund")
    if amount > 50:
        raise ValueError("at most 50")
    return f"{amount} paid back for {order}"


@function_tool
def ledger(account: str) -> dict[str, int]:
    """Read an account."""
    world.touch("ledger")
    return {account: 50}


@function_tool(timeout=30)
async def track(parcel: str) -> str:
    """Say where a parcel is."""
    world.touch("track")
    return f"{parcel} is on its way"


def desk(mutation):
    asks = "You are billing, and slow." if "agent that is a tool" in mutation else "You are billing."
    billing = Agent(name="billing", instructions=asks, tools=[ledger])
    shipping = Agent(name="shipping", instructions="You are shipping.", tools=[track])
    prompt = "You are the desk, and brief." if mutation == "prompt edited" else "You are the desk."
    tools = [find_order, stock, photo, refund, billing.as_tool("ask_billing", "Ask billing.")]
    if mutation == "tool removed":
        tools.remove(photo)
    return Agent(name="desk", instructions=prompt, tools=tools, handoffs=[shipping])


class Provider(OpenAIProvider):
    """The models as the SDK's default provider makes them; mutations change what they said."""

    def __init__(self, *, mutation, **given):
        super().__init__(**given)
        self.mutation = mutation

    def get_model(self, model_name):
        model = super().get_model(model_name)
        get_response, mutation = model.get_response, self.mutation

        async def changed(*args, **kwargs):
            response = await get_response(*args, **kwargs)
            calls = [item for item in response.output if item.type == "function_call"]
            if mutation == "arguments changed" and calls and calls[0].name == "refund":
                calls[0].arguments = json.dumps(json.loads(calls[0].arguments) | {"amount": 40})
            if mutation == "order swapped":
                response.output.reverse()
            return response

        model.get_response = changed
        return model


def run(variant, mutation):
    provider = Provider(mutation=mutation, base_url=world.url("oai_desk"), use_responses="chat" not in variant)
    given = {"context": {"paid": True}, "run_config": RunConfig(model_provider=provider, model="scripted")}
    question = "Where is 4711, and my money?"
    if variant == "run_sync":
        return seen(Runner.run_sync(desk(mutation), question, **given))
    if "stream" in variant:
        return asyncio.run(streamed(desk(mutation), question, given))
    return asyncio.run(twice(desk(mutation), question, given, 2 if mutation == "extra call" else 1))


async def twice(agent, question, given, times):
    for _ in range(times):
        result = await Runner.run(agent, question, **given)
    return seen(result)


async def streamed(agent, question, given):
    result = Runner.run_streamed(agent, question, **given)
    events = [
        getattr(event.data, "delta", None)
        for event in [one async for one in result.stream_events()]
        if event.type == "raw_response_event"
    ]
    return {**seen(result), "deltas": [one for one in events if one]}


def seen(result):
    return {
        "output": result.final_output,
        "agent": result.last_agent.name,
        "input": result.to_input_list(),
        "items": [type(item).__name__ for item in result.new_items],
        "outputs": [repr(item.output) for item in result.new_items if item.type == "tool_call_output_item"],
        "usage": result.context_wrapper.usage.total_tokens,
    }
