"""A ReAct agent of LangChain's: several tools, two at once, one that fails and is asked again, one that is retried."""

import asyncio

from langchain.agents import create_agent
from langchain.agents.middleware import ToolRetryMiddleware, wrap_tool_call
from langchain_core.tools import ToolException, tool
from langchain_openai import ChatOpenAI
from world import touch, url

SCRIPT = [
    {
        "turn": 0,
        "reason": "The weather and the fares are two questions.",
        "text": "I look at the weather and at the fares.",
        "calls": [["weather", {"city": "Lisbon"}], ["fares", {"city": "Lisbon", "nights": 2}]],
    },
    {"turn": 1, "text": "Now I book.", "calls": [["book", {"fare": "first class"}]]},
    {"turn": 2, "last": "no such fare", "text": "Then the other one.", "calls": [["book", {"fare": "basic"}]]},
    {"turn": 3, "text": "Booked: {last} {nonce}"},
]
VARIANTS = ("invoke", "ainvoke", "stream", "astream", "astream_events")
MUTATIONS = {
    "prompt edited": ["request changed", 3],
    "tool removed": ["request changed", 3],
    "arguments changed": ["tool arguments changed", "0.2.0 weather"],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 12],
    "call left out": ["call missing", 2],
}
ATTEMPTS = []
RUNNER = asyncio.Runner()  # ChatOpenAI has one asynchronous client for all of a process, and that one loop


@tool
def profile(customer: str) -> dict:
    """Return what is known of a customer."""
    touch("profile")
    return {"customer": customer, "likes": ["sea", "fado"]}


@tool
def calendar(customer: str) -> str:
    """Return when a customer is free."""
    touch("calendar")
    return f"{customer} is free in May"


@tool(response_format="content_and_artifact")
def weather(city: str) -> tuple[str, dict]:
    """Tell the weather in a city."""
    touch("weather")
    return f"21 degrees in {city}", {"raw": b"\x15\x00", "city": city}


@tool
def fares(city: str, nights: int) -> str:
    """Tell the fares to a city."""
    touch("fares")
    if not ATTEMPTS:
        ATTEMPTS.append(city)
        raise ConnectionError(f"the fares of {city} are not to be had now")
    return f"basic to {city}: {nights * 40}"


@tool
def book(fare: str) -> str:
    """Book a fare."""
    touch("book")
    if fare != "basic":
        raise ToolException(f"there is no such fare: {fare}")
    return "ticket 12"


book.handle_tool_error = True


@wrap_tool_call
def changed(request, handler):
    arguments = request.tool_call["args"]
    if request.tool_call["name"] == "weather":
        arguments = {"city": f"{arguments['city']}, Portugal"}
    return handler(request.override(tool_call={**request.tool_call, "args": arguments}))


def run(variant, mutation):
    ATTEMPTS.clear()
    known = [profile, calendar]
    if mutation == "order swapped":
        known.reverse()
    if mutation == "call left out":
        known.pop()
    facts = {one.name: one.invoke({"customer": "c7"}) for one in known}
    prompt = f"You are a{' very' if mutation == 'prompt edited' else ''} careful clerk of a travel agency."
    tools = [weather, fares, *([] if mutation == "tool removed" else [book])]
    retry = ToolRetryMiddleware(max_retries=1, tools=["fares"], initial_delay=0.001, jitter=False)
    middleware = [retry, *([changed] if mutation == "arguments changed" else [])]
    model = ChatOpenAI(model="scripted", base_url=url("langgraph_react"), max_retries=0, stream_usage=True)
    agent = create_agent(model, tools, system_prompt=prompt, middleware=middleware)
    task = {"messages": [{"role": "user", "content": "Book me a trip to Lisbon."}]}
    said = RUN[variant](agent, task)
    if mutation == "extra call":
        profile.invoke({"customer": "c7"})
    return {"facts": facts if not mutation else None, "said": said}


def shown(message):
    artifact = getattr(message, "artifact", None)
    return [message.type, message.content, getattr(message, "status", None), repr(artifact)]


def invoked(agent, task):
    return [shown(one) for one in agent.invoke(task)["messages"]]


def ainvoked(agent, task):
    return [shown(one) for one in RUNNER.run(agent.ainvoke(task))["messages"]]


def streamed(agent, task):
    return [
        [mode, list(chunk) if mode == "updates" else shown(chunk[0])]
        for mode, chunk in agent.stream(task, stream_mode=["updates", "messages"])
        if mode == "updates" or chunk[0].type != "tool"  # two tools at once end in any order
    ]


def astreamed(agent, task):
    async def read():
        return [list(chunk) async for chunk in agent.astream(task, stream_mode="updates")]

    return RUNNER.run(read())


def events(agent, task):
    """Return what a page that shows an agent at work is made of; what two tools at once come to in any order, sorted."""

    async def read():
        texts, tools = [], []
        async for event in agent.astream_events(task, version="v2"):
            if event["event"] == "on_chat_model_stream":
                texts.append(event["data"]["chunk"].content)
            elif event["event"].startswith("on_tool"):
                data = event["data"]
                output = shown(data["output"]) if "output" in data else repr(data.get("error"))
                tools.append([event["name"], event["event"], data["input"], output])
        return [texts, sorted(tools, key=repr)]

    return RUNNER.run(read())


RUN = {"invoke": invoked, "ainvoke": ainvoked, "stream": streamed, "astream": astreamed, "astream_events": events}
