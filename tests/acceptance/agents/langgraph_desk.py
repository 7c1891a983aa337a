"""A desk whose tools are agents: they make model calls and call tools of their own, and are given the desk's state."""

import asyncio
from typing import Annotated

from langchain.agents import AgentState, create_agent
from langchain.agents.middleware import wrap_tool_call
from langchain.tools import InjectedState, InjectedStore, InjectedToolCallId, ToolRuntime
from langchain_core.documents import Document
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command
from pydantic import BaseModel, Field
from world import touch, url

SCRIPT = [
    {"of": "You look things up", "last": "page", "text": "The page says so: {nonce}"},
    {"of": "You look things up", "text": "I open it.", "calls": [["open_page", {"name": "prices"}]]},
    {"of": "You write letters", "text": "Dear Anna, {nonce}"},
    {
        "of": "You are the desk",
        "turn": 0,
        "text": "Both at once.",
        "calls": [["research", {"question": "prices?"}], ["write", {"to": "Anna"}], ["find", {"words": ["price"]}]],
    },
    {"of": "You are the desk", "turn": 1, "calls": [["open_page", {"name": 7}], ["close", {"reason": "done"}]]},
    {"of": "You are the desk", "turn": 2, "text": "All is done: {nonce}"},
]
VARIANTS = ("invoke", "ainvoke", "stream")
MUTATIONS = {
    "prompt edited": ["request changed", 1],
    "tool removed": ["request changed", 1],
    "arguments changed": ["tool arguments changed", "0.0.0 research"],
    "order swapped": ["calls reordered", 13],
    "extra call": ["extra call", 15],
}
RUNNER = asyncio.Runner()


class Desk(AgentState):
    customer: str
    closed: str


@tool(response_format="content_and_artifact")
def open_page(name: str) -> tuple[str, Document]:
    """Open a page."""
    touch("open_page")
    return f"the page {name}", Document(page_content="12 euros", metadata={"name": name})


class Words(BaseModel):
    words: list[str] = Field(description="what to look for")
    most: int = 3


class Find(BaseTool):
    """A tool of its own class, as libraries have them."""

    name: str = "find"
    description: str = "Find documents."
    args_schema: type[BaseModel] = Words
    response_format: str = "content_and_artifact"

    def _run(self, words, most, run_manager=None):
        touch("find")
        return f"{len(words)} words found", [Document(page_content=word) for word in words][:most]


def models():
    return ChatOpenAI(model="scripted", base_url=url("langgraph_desk"), max_retries=0)


@tool
def research(question: str, state: Annotated[dict, InjectedState], store: Annotated[object, InjectedStore()]) -> str:
    """Have somebody look something up."""
    touch("research")
    store.put(("asked",), "last", {"by": state["customer"]})
    clerk = create_agent(models(), [open_page], system_prompt="You look things up.")
    return clerk.invoke({"messages": [{"role": "user", "content": question}]})["messages"][-1].content


@tool
def write(to: str, runtime: ToolRuntime) -> str:
    """Have somebody write a letter."""
    touch("write")
    clerk = create_agent(models(), [], system_prompt="You write letters.")
    task = f"to {to}, for {runtime.state['customer']}, {len(runtime.state['messages'])} messages"
    return clerk.invoke({"messages": [{"role": "user", "content": task}]})["messages"][-1].content


@tool
def close(
    reason: str,
    state: Annotated[dict, InjectedState],
    messages: Annotated[list, InjectedState("messages")],
    call_id: Annotated[str, InjectedToolCallId],
) -> Command:
    """Close the matter."""
    touch("close")
    done = ToolMessage(f"closed: {reason}", tool_call_id=call_id)
    return Command(update={"messages": [*messages[:1], done], "closed": state["customer"]})


@wrap_tool_call
def changed(request, handler):
    arguments = request.tool_call["args"]
    if "question" in arguments:
        arguments = {"question": f"{arguments['question']}?"}
    return handler(request.override(tool_call={**request.tool_call, "args": arguments}))


def run(variant, mutation):
    prompt = f"You are the{' new' if mutation == 'prompt edited' else ''} desk."
    tools = [research, write, Find(), open_page, *([] if mutation == "tool removed" else [close])]
    desk = create_agent(
        models(),
        tools,
        system_prompt=prompt,
        state_schema=Desk,
        store=InMemoryStore(),
        middleware=[changed] if mutation == "arguments changed" else [],
    )
    state = RUN[variant](desk, {"messages": [{"role": "user", "content": "Help Anna."}], "customer": "Anna"})
    names = ["a", "b"]
    pages = [
        open_page.invoke({"name": "open_page", "args": {"name": name}, "id": f"page-{name}", "type": "tool_call"})
        for name in (reversed(names) if mutation == "order swapped" else names)
    ]
    if mutation == "extra call":
        open_page.invoke({"name": "b"})
    return [state, [repr(page) for page in pages]]


def shown(state):
    return [state["closed"], *([one.type, one.content, repr(getattr(one, "artifact", 0))] for one in state["messages"])]


def invoked(desk, task):
    return shown(desk.invoke(task))


def ainvoked(desk, task):
    return shown(RUNNER.run(desk.ainvoke(task)))


def streamed(desk, task):
    chunks = list(desk.stream(task, stream_mode=["updates", "values"]))
    return [sorted(list(chunk) for mode, chunk in chunks if mode == "updates"), shown(chunks[-1][1])]


RUN = {"invoke": invoked, "ainvoke": ainvoked, "stream": streamed}
