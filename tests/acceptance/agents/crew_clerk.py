"""A crew of CrewAI's: several tools, two at once, one that fails and is asked again; sequential, and with a coworker."""

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import LLM, Agent, Crew, Process, Task
from crewai.tools import BaseTool, tool
from world import touch, url

SCRIPT = [
    {
        "of": "Book me a trip",
        "turn": 0,
        "text": "I look at both.",
        "calls": [["weather", {"city": "Lisbon"}], ["fares", {"city": "Lisbon", "nights": 2}]],
    },
    {"of": "Book me a trip", "turn": 1, "text": "Now I book.", "calls": [["book", {"fare": "first class"}]]},
    {"of": "Book me a trip", "turn": 2, "text": "Then the other one.", "calls": [["book", {"fare": "basic"}]]},
    {"of": "Book me a trip", "turn": 3, "text": "Booked {nonce}"},
]
VARIANTS = ("crew", "async")
MUTATIONS = {
    "prompt edited": ["request changed", 6],
    "tool removed": ["request changed", 6],
    "arguments changed": ["tool arguments changed", 2],
    "order swapped": ["calls reordered", 1],
    "extra call": ["extra call", 14],
}

MONTHS = {"order swapped": ["June", "May"], "arguments changed": ["May", "August"]}


@tool("weather")
def weather(city: str) -> str:
    """Tell the weather in a city."""
    touch("weather")
    return f"21 degrees in {city}"


class Fares(BaseTool):
    name: str = "fares"
    description: str = "Tell the fares to a city."

    def _run(self, city: str, nights: int) -> dict:
        touch("fares")
        return {"basic": nights * 40, "to": city}


@tool("book")
def book(fare: str) -> str:
    """Book a fare."""
    touch("book")
    if fare != "basic":
        raise LookupError(f"no such fare: {fare}")
    return "ticket 12"


@tool("calendar")
def calendar(month: str) -> str:
    """Tell when the customer is free."""
    touch("calendar")
    return f"all of {month}"


def run(variant, mutation):
    months = MONTHS.get(mutation, ["May", "June"])
    free = [calendar.run(month=month) for month in months]
    tools = [weather, Fares()]
    tools += [] if mutation == "tool removed" else [book]
    clerk = Agent(
        role="Clerk",
        goal=f"Book {'very ' if mutation == 'prompt edited' else ''}good trips",
        backstory="Ten years of it.",
        tools=tools,
        llm=LLM(model="openai/gpt-4o", base_url=url("crew_clerk"), api_key="k"),
        allow_delegation=False,
        max_retry_limit=0,
    )
    task = Task(description="Book me a trip to Lisbon.", expected_output="The ticket.", agent=clerk)
    crew = Crew(agents=[clerk], tasks=[task], process=Process.sequential, verbose=False, memory=False)
    said = RUN[variant](crew)
    if mutation == "extra call":
        calendar.run(month="July")
    return [free if not mutation else None, said, weather.current_usage_count if not mutation else None]


def kicked_off(crew):
    weather.reset_usage_count()
    return str(crew.kickoff())


def awaited(crew):
    import asyncio

    weather.reset_usage_count()
    return str(asyncio.run(crew.kickoff_async()))


RUN = {"crew": kicked_off, "async": awaited}
