"""A cashier on openai-agents: tools that want an approval, one of them in an agent that is a tool; some are refused."""

import asyncio
import json

import world
from agents import Agent, OpenAIProvider, RunConfig, Runner, RunState, function_tool, set_trace_processors

SCRIPT = [
    {"of": "You are the vault", "turn": 0, "calls": [["open_vault", {"door": "left"}]]},
    {"of": "You are the vault", "turn": 1, "text": "The vault says {last} ({nonce})"},
    {
        "of": "You are the cashier",
        "turn": 0,
        "text": "Let me pay.",
        "calls": [
            ["balance", {"account": "anna"}],
            ["pay", {"to": "anna", "amount": 50}],
            ["pay", {"to": "bert", "amount": 5}],
            ["pay", {"to": "carl", "amount": 500}],
        ],
    },
    {"of": "You are the cashier", "turn": 1, "calls": [["ask_vault", {"input": "open the left door"}]]},
    {"of": "You are the cashier", "turn": 2, "text": "Done: {last} ({nonce})"},
]
VARIANTS = ("run", "run_sync", "streamed", "chat", "stored")
MUTATIONS = {
    "answer changed": ["request changed", 4],
    "message of a refusal changed": ["request changed", 5],
    "approved for good": ["request changed", 4],
    "answer of an agent that is a tool changed": ["request changed", 10],
    "prompt edited": ["request changed", 1],
    "no approval wanted": ["calls reordered", 3],
}
RUNNER = asyncio.Runner()
set_trace_processors([])


@function_tool
def balance(account: str) -> int:
    """Tell what somebody has."""
    world.touch("balance")
    return len(account)


async def dear(context, arguments, number):
    return arguments["amount"] > 10


@function_tool(needs_approval=dear)
async def pay(to: str, amount: int) -> str:
    """Pay somebody."""
    world.touch("pay")
    return f"{to} has {amount}"


@function_tool(needs_approval=True)
def open_vault(door: str) -> str:
    """Open a door."""
    world.touch("open_vault")
    return f"the {door} door is open"


def cashier(mutation):
    vault = Agent(name="vault", instructions="You are the vault.", tools=[open_vault])
    prompt = "You are the cashier, and brief." if mutation == "prompt edited" else "You are the cashier."
    tools = [balance, pay, vault.as_tool("ask_vault", "Ask the vault.")]
    return Agent(name="cashier", instructions=prompt, tools=tools)


def decide(state, item, mutation):
    """Pay Anna and open the vault, and pay nobody else that is asked for."""
    to = json.loads(item.arguments).get("to")
    changed = {"answer changed": "anna", "answer of an agent that is a tool changed": None}
    said = to in {"anna", None} and not (mutation in changed and changed[mutation] == to)
    if said:
        state.approve(item, always_approve=mutation == "approved for good" and to == "anna")
    elif mutation == "message of a refusal changed":
        state.reject(item, rejection_message="not today")
    else:
        state.reject(item)


def run(variant, mutation):
    pay.needs_approval = False if mutation == "no approval wanted" else dear
    provider = OpenAIProvider(base_url=world.url("oai_approvals"), use_responses=variant != "chat")
    config = RunConfig(model_provider=provider, model="scripted")
    agent, given, asked = cashier(mutation), "Pay them.", []
    while True:
        result = RUN.get(variant, ran)(agent, given, config)
        if not result.interruptions:
            return seen(result, asked)
        given = result.to_state()
        if variant == "stored":  # as a server keeps it while somebody is asked
            given = RUNNER.run(RunState.from_json(agent, json.loads(json.dumps(given.to_json()))))
        for item in given.get_interruptions():
            asked.append([item.name, item.arguments])
            decide(given, item, mutation)


def ran(agent, given, config):
    return RUNNER.run(Runner.run(agent, given, run_config=config))


def ran_sync(agent, given, config):
    return Runner.run_sync(agent, given, run_config=config)


def streamed(agent, given, config):
    async def read():
        result = Runner.run_streamed(agent, given, run_config=config)
        assert [event async for event in result.stream_events()]
        return result

    return RUNNER.run(read())


RUN = {"run_sync": ran_sync, "streamed": streamed}


def seen(result, asked):
    outputs = [repr(item.output) for item in result.new_items if item.type == "tool_call_output_item"]
    return {"output": result.final_output, "asked": asked, "outputs": outputs}
