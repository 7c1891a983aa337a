"""What to pack for a trip: the model asks for the weather, the tool answers, the model advises."""

import json
from typing import Any

from openai import OpenAI

MODEL = "smollm2-135m-instruct"
FORECASTS = {"Lisbon": "rain all weekend, 14 to 18 degrees", "Oslo": "snow, minus 6 degrees"}
WEATHER_TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Look up the weekend's weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"enum": sorted(FORECASTS)}}, "required": ["city"]},
    },
}


def get_weather(city: str) -> str:
    """Return the forecast for a city."""
    return FORECASTS[city]


def advise(city: str) -> str:
    """Return a packing tip for a weekend in a city."""
    client = OpenAI()
    messages: list[Any] = [
        {"role": "system", "content": "You are a travel guide. Answer in one short sentence."},
        {"role": "user", "content": f"I am going to {city} for the weekend. What should I pack?"},
    ]
    asked = client.chat.completions.create(
        model=MODEL,
        messages=messages,
        tools=[WEATHER_TOOL],
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
        temperature=0.2,
    )
    (call,) = asked.choices[0].message.tool_calls or []
    assert call.type == "function"
    weather = get_weather(**json.loads(call.function.arguments))
    messages += [
        {"role": "assistant", "content": "", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": f"The weather: {weather}. What should I pack?"},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=messages, temperature=0.2, max_tokens=60)
    return answer.choices[0].message.content or ""
