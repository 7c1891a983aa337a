"""A supervisor with two agents, of langgraph-supervisor's: its handoff tools return the whole state they were given.

The order in which it offers them comes from a set, and the ids of messages are random: so they are in each replay.
"""

import asyncio
from uuid import uuid4

from langchain.agents import create_agent
from langchain.agents.middleware import wrap_tool_call
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph_supervisor import create_supervisor
from world import touch, url

SCRIPT = [
    {"of": "You know numbers", "last": "sum", "text": "It is: {last} {nonce}"},
    {"of": "You know numbers", "text": "I add.", "calls": [["add", {"a": 2, "b": 3}]]},
    {"of": "You know words", "last": "rhymes", "text": "A rhyme: {last} {nonce}"},
    {"of": "You know words", "calls": [["note", {"text": "a rhyme"}], ["rhyme", {"word": "five"}]]},
    {"of": "You supervise", "last": "one by one", "text": "A sum.", "calls": [["transfer_to_numbers", {}]]},
    {"of": "You supervise", "without": "A rhyme:", "text": "A rhyme now.", "calls": [["transfer_to_words", {}]]},
    {"of": "You supervise", "last": "again", "text": "Nothing more: {nonce}"},
    {"of": "You supervise", "text": "All is done: {nonce}"},
]
VARIANTS = ("invoke", "ainvoke", "conversation", "stream")
MUTATIONS = {
    "prompt edited": ["request changed", 5],
    "tool removed": ["request changed", 10],
    "arguments changed": ["tool arguments changed", 6],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 15],
}
RUNNER = asyncio.Runner()


@tool
def add(a: int, b: int) -> str:
    """Add two numbers."""
    touch("add")
    return f"the sum is {a + b}"


@tool
def rhyme(word: str) -> str:
    """Find a rhyme."""
    touch("rhyme")
    return f"{word} rhymes with hive"


@tool
def note(text: str) -> str:
    """Write a note down."""
    touch("note")
    return text.upper()


@wrap_tool_call
def changed(request, handler):
    arguments = {name: value + 1 for name, value in request.tool_call["args"].items()}
    return handler(request.override(tool_call={**request.tool_call, "args": arguments}))


def built(mutation):
    model = ChatOpenAI(model="scripted", base_url=url("langgraph_crew"), max_retries=0)
    numbers = create_agent(
        model,
        [add],
        name="numbers",
        system_prompt=f"You know numbers{' well' if mutation == 'prompt edited' else ''}.",
        middleware=[changed] if mutation == "arguments changed" else [],
    )
    tools = [note, *([] if mutation == "tool removed" else [rhyme])]
    words = create_agent(model, tools, name="words", system_prompt="You know words.")
    return create_supervisor(
        [numbers, words], model=model, prompt="You supervise numbers and words.", parallel_tool_calls=True
    )


def run(variant, mutation):
    texts = ["first", "second"]
    for text in reversed(texts) if mutation == "order swapped" else texts:
        note.invoke(text)
    graph = built(mutation).compile(checkpointer=InMemorySaver())
    said = RUN[variant](graph, {"configurable": {"thread_id": str(uuid4())}})
    if mutation == "extra call":
        note.invoke("second")
    return said


def task(text="A sum and a rhyme, one by one"):
    return {"messages": [{"role": "user", "content": text}]}


def shown(state):
    return [[one.type, one.name, one.content] for one in state["messages"]]


def invoked(graph, config):
    return shown(graph.invoke(task(), config))


def ainvoked(graph, config):
    return shown(RUNNER.run(graph.ainvoke(task(), config)))


def conversation(graph, config):
    first = graph.invoke(task(), config)
    return [shown(first), shown(graph.invoke(task("Once again?"), config))]


def streamed(graph, config):
    updates = graph.stream(task(), config, stream_mode="updates", subgraphs=True)
    return [[part.partition(":")[0] for part in path] + [list(update)] for path, update in updates]


RUN = {
    "invoke": invoked,
    "ainvoke": ainvoked,
    "conversation": conversation,
    "stream": streamed,
}
