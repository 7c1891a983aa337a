"""Agents of smolagents: one that calls tools, several at once, and one that writes code; a tool fails and is asked again."""

from smolagents import CodeAgent, OpenAIServerModel, Tool, ToolCallingAgent, tool
from world import touch, url

SCRIPT = [
    {
        "of": "Tool-calling clerk",
        "turn": 0,
        "text": "I look at both.",
        "calls": [["weather", {"city": "Lisbon"}], ["fares", {"city": "Lisbon", "nights": 2}]],
    },
    {"of": "Tool-calling clerk", "turn": 1, "text": "Now I book.", "calls": [["book", {"fare": "first class"}]]},
    {"of": "Tool-calling clerk", "turn": 2, "text": "Then the other one.", "calls": [["book", {"fare": "basic"}]]},
    {"of": "Tool-calling clerk", "turn": 3, "calls": [["final_answer", {"answer": "Booked {nonce}"}]]},
    {
        "of": "Code-writing clerk",
        "turn": 0,
        "text": "I look at both.\n<code>\nsky = weather(city='Lisbon')\nfare = fares('Lisbon', nights=2)\nprint(sky, fare)\n</code>",
    },
    {"of": "Code-writing clerk", "turn": 1, "text": "Now I book.\n<code>\nprint(book(fare='first class'))\n</code>"},
    {
        "of": "Code-writing clerk",
        "turn": 2,
        "text": "Then the other one.\n<code>\nfinal_answer(book('basic') + ' {nonce}')\n</code>",
    },
]
VARIANTS = ("calls", "code", "streamed")
MUTATIONS = {
    "prompt edited": ["request changed", 3],
    "tool removed": ["request changed", 3],
    "arguments changed": ["tool arguments changed", 2],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 11],
}
MONTHS = {"order swapped": ["June", "May"], "arguments changed": ["May", "August"]}


@tool
def weather(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: its name
    """
    touch("weather")
    return f"21 degrees in {city}"


class Fares(Tool):
    name = "fares"
    description = "Tell the fares to a city."
    inputs = {
        "city": {"type": "string", "description": "its name"},
        "nights": {"type": "integer", "description": "how many"},
    }
    output_type = "object"

    def forward(self, city, nights):
        touch("fares")
        return {"basic": nights * 40, "to": (city, 1)}


@tool
def book(fare: str) -> str:
    """Book a fare.

    Args:
        fare: its name
    """
    touch("book")
    if fare != "basic":
        raise LookupError(f"no such fare: {fare}")
    return "ticket 12"


@tool
def calendar(month: str) -> str:
    """Tell when the customer is free.

    Args:
        month: its name
    """
    touch("calendar")
    return f"all of {month}"


def run(variant, mutation):
    months = MONTHS.get(mutation, ["May", "June"])
    free = [calendar(month) for month in months]
    model = OpenAIServerModel("scripted", api_base=url("smol_clerk"), api_key="k", client_kwargs={"max_retries": 0})
    kind, who = (CodeAgent, "Code-writing") if variant == "code" else (ToolCallingAgent, "Tool-calling")
    tools = [weather, Fares(), *([] if mutation == "tool removed" else [book])]
    very = "very " if mutation == "prompt edited" else ""
    agent = kind(tools=tools, model=model, instructions=f"{who} clerk, {very}careful.", verbosity_level=0)
    said = RUN[variant](agent)
    if mutation == "extra call":
        calendar("July")
    return [free if not mutation else None, said]


def asked(agent):
    answer = str(agent.run("Book me a trip to Lisbon."))
    steps = [[str(step.observations), str(step.error)] for step in agent.memory.steps if hasattr(step, "observations")]
    return [answer, [sorted(text.split("\n")) for text, _ in steps]]


def streamed(agent):
    return [
        type(step).__name__
        for step in agent.run("Book me a trip to Lisbon.", stream=True)
        if "Step" in type(step).__name__
    ]


RUN = {"calls": asked, "code": asked, "streamed": streamed}
