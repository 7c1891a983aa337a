"""Agents of ADK with a scripted model in this process; `LIVE` counts real runs of their tools."""

import asyncio
import re
from collections import Counter

from google.adk.agents import LlmAgent, RunConfig
from google.adk.agents.context import Context
from google.adk.artifacts import InMemoryArtifactService
from google.adk.artifacts.base_artifact_service import BaseArtifactService
from google.adk.events.event import Event
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools import AgentTool, BaseTool, LongRunningFunctionTool
from google.adk.workflow import FunctionNode
from google.genai import types

LIVE = Counter()


class Model(BaseLlm):
    """Asks for the tools of each turn, `{turn: [(name, arguments), …]}`, and then says what was last heard."""

    turns: list = []

    async def generate_content_async(self, llm_request, stream=False):
        said = [content for content in llm_request.contents if content.role == "model"]
        calls = self.turns[len(said)] if len(said) < len(self.turns) else []
        parts = [types.Part.from_function_call(name=name, args=args) for name, args in calls]
        last = llm_request.contents[-1].parts[-1]
        heard = last.function_response.response if last.function_response else last.text
        yield LlmResponse(content=types.Content(role="model", parts=parts or [types.Part(text=f"heard {heard}")]))


def note(text: str, tool_context) -> str:
    LIVE["note"] += 1
    tool_context.state["text"] = text
    tool_context.state["user:count"] = tool_context.state.get("user:count", 0) + 1
    return text.upper()


def append(text: str, tool_context) -> str:
    LIVE["append"] += 1
    tool_context.state["texts"].append(text)
    return "ok"


def leave(tool_context) -> None:
    LIVE["leave"] += 1
    tool_context.actions.escalate = True
    tool_context.actions.skip_summarization = True


def hand_over(tool_context) -> str:
    LIVE["hand_over"] += 1
    tool_context.actions.transfer_to_agent = "other"
    return "over"


def confirm(tool_context) -> str:
    LIVE["confirm"] += 1
    if tool_context.tool_confirmation:
        return f"confirmed: {tool_context.tool_confirmation.confirmed}"
    tool_context.request_confirmation(hint="really?", payload={"sum": 3})
    return "pending"


async def save(tool_context) -> int:
    LIVE["save"] += 1
    await tool_context.save_artifact("a.bin", types.Part.from_bytes(data=b"\x00\xff", mime_type="x/y"))
    return await tool_context.save_artifact("a.bin", types.Part(text="second"), custom_metadata={"by": "me"})


async def progress(tool_context):
    LIVE["progress"] += 1
    yield Event(message="half way")
    tool_context.state["done"] = True
    yield {"done": 1}


def fail(tool_context) -> None:
    LIVE["fail"] += 1
    tool_context.state["failed"] = ["yes"]
    raise LookupError("nothing there")


async def forecast(city: str, ctx: Context) -> str:
    LIVE["forecast"] += 1
    ctx.state["city"] = city
    await ctx.save_artifact("sky.txt", types.Part(text="blue"))
    await ctx.save_artifact("sky.txt", types.Part(text="grey"))
    return f"sun in {city}"


class Handle:
    """A value that has no faithful form."""


def hold(tool_context) -> str:
    tool_context.state["temp:handle"] = Handle()
    return "held"


def hold_and_fail(tool_context) -> str:
    tool_context.state["temp:handle"] = Handle()
    raise LookupError("held")


def wait_for_it(job: str) -> None:
    LIVE["wait_for_it"] += 1


class Lower(BaseTool):
    """A tool with a way of its own to run, which calls the one that it overrides."""

    def __init__(self):
        super().__init__(name="lower", description="Lower.")

    def _get_declaration(self):
        return types.FunctionDeclaration(name=self.name, description=self.description)

    async def run_async(self, *, args, tool_context):
        LIVE["lower"] += 1
        return {"text": args["text"].lower()}


class Quiet(Lower):
    async def run_async(self, *, args, tool_context):
        return await super().run_async(args=args, tool_context=tool_context)


class Shelf(BaseArtifactService):
    """Artifacts somewhere else."""

    def __init__(self):
        self.held = InMemoryArtifactService()

    async def save_artifact(self, **given):
        LIVE["shelf"] += 1
        return await self.held.save_artifact(**given)

    async def load_artifact(self, **given):
        return await self.held.load_artifact(**given)

    async def list_artifact_keys(self, **given):
        return await self.held.list_artifact_keys(**given)

    async def delete_artifact(self, **given):
        await self.held.delete_artifact(**given)

    async def list_versions(self, **given):
        return await self.held.list_versions(**given)

    async def list_artifact_versions(self, **given):
        return await self.held.list_artifact_versions(**given)

    async def get_artifact_version(self, **given):
        return await self.held.get_artifact_version(**given)


TOOLS = [note, append, leave, hand_over, confirm, save, progress, fail, hold, hold_and_fail]


def agent(turns, **options):
    other = LlmAgent(name="other", model=Model(model="scripted"))
    expert = LlmAgent(
        name="expert",
        description="Knows.",
        model=Model(model="scripted", turns=[[("note", {"text": "deep"}), ("save", {})]]),
        tools=[note, save],
    )
    tools = [*TOOLS, LongRunningFunctionTool(wait_for_it), Quiet(), AgentTool(expert), FunctionNode(func=forecast)]
    model = Model(model="scripted", turns=turns)
    return LlmAgent(name="main", model=model, tools=tools, sub_agents=[other], **options)


def told(tool, args, tool_context, error):
    return {"error": repr(error)}


async def run(turns, service=None, state=None, times=1, confirmed=None, **options):
    """Return the events of a run, the state and the artifacts after it; what is asked for in a run is answered in the next."""
    runner = InMemoryRunner(agent(turns, **options), app_name="app")
    if service is not None:
        runner.artifact_service = service
    session = await runner.session_service.create_session(app_name="app", user_id="u", state=state)
    place = {"app_name": "app", "user_id": "u", "session_id": session.id}
    events, ids, runs = [], {}, []
    part = types.Part(text="go")
    for _ in range(times):
        message = types.Content(role="user", parts=[part])
        asked = {"user_id": "u", "session_id": session.id, "new_message": message, "run_config": RunConfig()}
        sent = []
        async for event in runner.run_async(**asked):
            sent.append((event.invocation_id, shown(event, ids)))
            for call in event.get_function_calls() if confirmed is not None else ():
                told = {"confirmed": confirmed}
                part = types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response=told))
        events += [told for _, told in sent]
        runs.append(len({run for run, _ in sent}))
    session = await runner.session_service.get_session(app_name="app", user_id="u", session_id=session.id)
    saved = [
        [
            (await runner.artifact_service.load_artifact(**place, filename=name, version=one)).model_dump()
            for one in (0, 1)
        ]
        for name in await runner.artifact_service.list_artifact_keys(**place)
    ]
    await runner.close()
    return [*events, runs], session.state, saved


def shown(event, ids):
    """Return an event without what is another in each run; ids that are made up are numbered as they come."""
    told = event.model_dump(exclude={"id", "timestamp", "invocation_id"}, exclude_none=True)
    text = re.sub(r"adk-[0-9a-f-]{36}", lambda found: f"<{ids.setdefault(found.group(), len(ids))}>", repr(told))
    return text, bool(event.id and event.timestamp)


def go(turns, **options):
    return asyncio.run(run(turns, **options))
