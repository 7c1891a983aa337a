"""Agents of Google's ADK: several tools, two at once, one that fails and is asked again, a transfer, state and artifacts."""

import asyncio
import os

from google.adk.agents import LlmAgent, RunConfig
from google.adk.agents.run_config import StreamingMode
from google.adk.events.event import Event
from google.adk.models import Gemini
from google.adk.runners import InMemoryRunner
from google.adk.tools import AgentTool, BaseTool
from google.genai import types
from world import touch, url

SCRIPT = [
    {
        "of": "Travel clerk",
        "turn": 0,
        "text": "I look at both.",
        "calls": [["weather", {"city": "Lisbon"}], ["fares", {"city": "Lisbon", "nights": 2}]],
    },
    {"of": "Travel clerk", "turn": 1, "text": "Now I book.", "calls": [["book", {"fare": "first class"}]]},
    {
        "of": "Travel clerk",
        "turn": 2,
        "text": "Then the other one.",
        "calls": [["book", {"fare": "basic"}], ["advice", {"request": "What to pack for Lisbon?"}]],
    },
    {"of": "Travel clerk", "turn": 3, "text": "The rest is for others.", "calls": [["pass_on", {"to": "cashier"}]]},
    {"of": "Packing expert", "turn": 0, "calls": [["weather", {"city": "Lisbon"}]]},
    {"of": "Packing expert", "turn": 1, "text": "A hat {nonce}"},
    {"of": "Cashier of 80", "turn": 0, "calls": [["pay", {"amount": 80}]]},
    {"of": "Cashier of 80", "turn": 1, "text": "Paid {nonce}"},
]
VARIANTS = ("unary", "streamed")
MUTATIONS = {
    "prompt edited": ["request changed", 3],
    "tool removed": ["request changed", 3],
    "arguments changed": ["tool arguments changed", 4],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 19],
}


async def weather(city: str) -> str:
    """Tell the weather in a city."""
    touch("weather")
    await asyncio.sleep(0)
    return f"21 degrees in {city}"


async def fares(city: str, nights: int, tool_context):
    """Tell the fares to a city."""
    touch("fares")
    yield Event(message=f"I ask for {city} …")
    tool_context.state["price"] = nights * 40
    await tool_context.save_artifact("fares.txt", types.Part(text=f"basic: {nights * 40}"))
    yield {"basic": nights * 40, "to": city}


def book(fare: str, tool_context) -> str:
    """Book a fare."""
    touch("book")
    tool_context.state.setdefault("tries", []).append(fare)
    if fare != "basic":
        tool_context.state["user:last_error"] = fare
        raise LookupError(f"no such fare: {fare}")
    return "ticket 12"


def pass_on(to: str, tool_context) -> None:
    """Pass the customer on."""
    touch("pass_on")
    tool_context.actions.transfer_to_agent = to


def pay(amount: int, tool_context) -> dict:
    """Take the money."""
    touch("pay")
    return {"paid": amount, "call": bool(tool_context.function_call_id)}


class Calendar(BaseTool):
    def __init__(self):
        super().__init__(name="calendar", description="Tell when the customer is free.")

    async def run_async(self, *, args, tool_context):
        touch("calendar")
        return f"all of {args['month']}"


def elsewhere(tool, args, tool_context):
    """Give a tool something else than the model asked for."""
    if tool.name == "weather":
        args["city"] = "Porto"


def told(tool, args, tool_context, error):
    return {"error": str(error)}


def model():
    base = url("adk_clerk").removesuffix("/v1")
    return Gemini(model="gemini-scripted", base_url=base, api_version="v1")


def clerk(mutation):
    expert = LlmAgent(name="advice", model=model(), instruction="Packing expert.", tools=[weather])
    cashier = LlmAgent(name="cashier", model=model(), instruction="Cashier of {price}.", tools=[pay])
    tools = [weather, fares, pass_on, AgentTool(expert), *([] if mutation == "tool removed" else [book])]
    return LlmAgent(
        name="clerk",
        model=model(),
        instruction=f"Travel clerk, {'very ' if mutation == 'prompt edited' else ''}careful.",
        tools=tools,
        sub_agents=[cashier],
        before_tool_callback=elsewhere if mutation == "arguments changed" else None,
        on_tool_error_callback=told,
    )


async def served(variant, mutation):
    months = ["May", "June"] if mutation != "order swapped" else ["June", "May"]
    free = [await Calendar().run_async(args={"month": month}, tool_context=None) for month in months]
    runner = InMemoryRunner(clerk(mutation), app_name="clerk")
    session = await runner.session_service.create_session(app_name="clerk", user_id="u")
    mode = StreamingMode.SSE if variant == "streamed" else StreamingMode.NONE
    events = runner.run_async(
        user_id="u",
        session_id=session.id,
        new_message=types.Content(role="user", parts=[types.Part(text="Book me a trip to Lisbon.")]),
        run_config=RunConfig(streaming_mode=mode),
    )
    said = [[event.author, shown(event), event.partial] async for event in events]
    if mutation == "extra call":
        await Calendar().run_async(args={"month": "July"}, tool_context=None)
    session = await runner.session_service.get_session(app_name="clerk", user_id="u", session_id=session.id)
    saved = await runner.artifact_service.load_artifact(
        app_name="clerk", user_id="u", session_id=session.id, filename="fares.txt"
    )
    await runner.close()
    return [free, said, session.state, saved.text]


def shown(event):
    actions = event.actions.model_dump(exclude_none=True, exclude_defaults=True)
    parts = event.content.parts if event.content else []
    return [[part.text, dump(part.function_call), dump(part.function_response)] for part in parts], actions


def dump(part):
    return part and part.model_dump(exclude={"id"}, exclude_none=True)


def run(variant, mutation):
    os.environ.setdefault("GOOGLE_API_KEY", "of-the-recording-machine")
    return asyncio.run(served(variant, mutation))
