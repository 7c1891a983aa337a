"""A cashier on pydantic-ai: a toolset that wants approvals, a tool that asks for one itself, and a handler within a run."""

import asyncio

import world
from pydantic_ai import (
    Agent,
    ApprovalRequired,
    DeferredToolRequests,
    DeferredToolResults,
    RunContext,
    Tool,
    ToolApproved,
    ToolDenied,
)
from pydantic_ai.capabilities import HandleDeferredToolCalls
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

SCRIPT = [
    {
        "of": "You are the cashier",
        "turn": 0,
        "text": "Let me pay.",
        "calls": [
            ["balance", {"account": "anna"}],
            ["pay", {"to": "anna", "amount": 50}],
            ["pay", {"to": "bert", "amount": 5}],
            ["pay", {"to": "carl", "amount": 500}],
            ["open_vault", {"door": "left"}],
        ],
    },
    {"of": "You are the cashier", "turn": 1, "text": "Done: {last} ({nonce})"},
]
VARIANTS = ("run", "run_sync", "stream", "responses", "handler")
MUTATIONS = {
    "answer changed": ["request changed", 6],
    "message of a refusal changed": ["request changed", 7],
    "arguments of an approval changed": ["request changed", 8],
    "prompt edited": ["request changed", 1],
    "no approval wanted": ["extra call", 6],
}


async def balance(account: str) -> int:
    world.touch("balance")
    return len(account)


async def pay(ctx: RunContext[str], to: str, amount: int) -> str:
    if amount > 10 and not ctx.tool_call_approved:
        raise ApprovalRequired
    world.touch("pay")
    return f"{to} has {amount}"


def open_vault(door: str) -> str:
    world.touch("open_vault")
    return f"the {door} door is open"


def decisions(requests, mutation):
    """Pay Anna, open another door than was asked for, and pay nobody else."""
    door = "back" if mutation == "arguments of an approval changed" else "right"
    refused = ToolDenied("not today" if mutation == "message of a refusal changed" else "too dear")
    said = {"anna": mutation != "answer changed", "carl": refused, None: ToolApproved(override_args={"door": door})}
    return {call.tool_call_id: said[call.args_as_dict().get("to")] for call in requests.approvals}


async def handled(ctx, requests):
    world.touch("handler")
    return requests.build_results(approvals=decisions(requests, ctx.deps))


def cashier(variant, mutation):
    kind = OpenAIResponsesModel if variant == "responses" else OpenAIChatModel
    return Agent(
        kind("scripted", provider=OpenAIProvider(base_url=world.url("pai_approvals"))),
        deps_type=str,
        output_type=[str, DeferredToolRequests],
        instructions="You are the cashier, and brief." if mutation == "prompt edited" else "You are the cashier.",
        tools=[balance, pay, Tool(open_vault, requires_approval=mutation != "no approval wanted")],
        capabilities=[HandleDeferredToolCalls(handler=handled)] if variant == "handler" else [],
    )


def run(variant, mutation):
    agent, given, asked = cashier(variant, mutation), {"user_prompt": "Pay them."}, []
    while True:
        output, messages = RUN.get(variant, ran)(agent, {**given, "deps": mutation})
        if not isinstance(output, DeferredToolRequests):
            return seen(output, messages, asked)
        asked += [[call.tool_name, call.args] for call in output.approvals]
        results = DeferredToolResults(approvals=decisions(output, mutation))
        given = {"message_history": messages, "deferred_tool_results": results}


def ran(agent, given):
    result = asyncio.run(agent.run(**given))
    return result.output, result.all_messages()


def ran_sync(agent, given):
    result = agent.run_sync(**given)
    return result.output, result.all_messages()


def streamed(agent, given):
    async def read():
        async with agent.run_stream_events(**given) as events:
            *_, last = [event async for event in events]
        return last.result.output, last.result.all_messages()

    return asyncio.run(read())


RUN = {"run_sync": ran_sync, "stream": streamed}


def seen(output, messages, asked):
    parts = [part for message in messages for part in message.parts]
    returned = [[part.tool_name, part.content] for part in parts if part.part_kind == "tool-return"]
    return {"output": output, "asked": asked, "returned": returned}
