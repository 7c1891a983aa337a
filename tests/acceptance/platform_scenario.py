"""One conversation that every platform's SDK records: what is said in it, and agents that have it with the plain SDKs.

A system prompt and a question; a model that says a word and asks for two tools at once; their results; the answer,
streamed; another question, which the provider refuses with status 429. platform_server.py is the model.

    client = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0)
    chat_agent(client)                     # or responses_agent, or messages_agent(anthropic.Anthropic(base_url=address))
    chat_agent(client, tools=(observe(get_weather), observe(get_time)))
"""

import json

MODELS = {
    "openai": ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
    "anthropic": ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
}
"""What is asked for, and what answers."""
SYSTEM = "You are a travel assistant. Be brief."
QUESTION = "What is the weather in Paris, and what time is it there?"
BEFORE_TOOLS = "Let me look."
ANSWER = "In Paris it rains at 14 °C, and it is 09:30."
FOLLOW_UP = "And in Zürich?"
REFUSAL = "Rate limit reached for requests"
TEMPERATURE, MAX_TOKENS = 0.2, 300
"""Not of Anthropic, whose newer SDKs have no `temperature`."""
WEATHER = {"temperature": 14, "sky": "rain"}
TIME = "09:30"
CALLS = (
    {"id": "call_1", "name": "get_weather", "arguments": {"location": "Paris", "unit": "celsius"}, "result": "rain"},
    {"id": "call_2", "name": "get_time", "arguments": {"city": "Paris"}, "result": TIME},
)
"""What the model asks for; of each result, what tells that it came."""


def get_weather(location: str, unit: str = "celsius") -> dict[str, object]:
    """Tell the weather of a place."""
    assert (location, unit) == ("Paris", "celsius")
    return dict(WEATHER)


def get_time(city: str) -> str:
    """Tell the time of a city."""
    assert city == "Paris"
    return TIME


TOOLS = (get_weather, get_time)


def _object(**properties):
    return {"type": "object", "properties": properties, "required": [next(iter(properties))]}


DEFINITIONS = (
    {
        "name": "get_weather",
        "description": "Tell the weather of a place.",
        "parameters": _object(location={"type": "string"}, unit={"type": "string"}),
    },
    {"name": "get_time", "description": "Tell the time of a city.", "parameters": _object(city={"type": "string"})},
)
CHAT_TOOLS = [{"type": "function", "function": one} for one in DEFINITIONS]
RESPONSES_TOOLS = [{"type": "function", **one, "strict": False} for one in DEFINITIONS]
MESSAGES_TOOLS = [
    {"name": one["name"], "description": one["description"], "input_schema": one["parameters"]} for one in DEFINITIONS
]


def as_text(result):
    """Return what an agent tells the model of a tool's result."""
    return result if isinstance(result, str) else json.dumps(result)


def run(tools, name, arguments):
    """Call the tool of a name; tools that a platform has wrapped stand in the order of TOOLS."""
    return dict(zip(("get_weather", "get_time"), tools, strict=True))[name](**arguments)


def refused(ask):
    """Ask, and be refused: whatever else comes of it is an error."""
    try:
        ask()
    except Exception as error:
        if getattr(error, "status_code", None) != 429:
            raise
    else:
        raise AssertionError("the follow-up was answered")


def chat_agent(client, tools=TOOLS, **options):
    """Have the conversation through OpenAI's chat API; `options` go to each call. Returns the answer."""
    asked = {
        "model": MODELS["openai"][0],
        "tools": CHAT_TOOLS,
        "temperature": TEMPERATURE,
        "max_tokens": MAX_TOKENS,
        **options,
    }
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
    said = client.chat.completions.create(messages=list(messages), **asked).choices[0].message
    calls = [
        {"id": one.id, "type": "function", "function": {"name": one.function.name, "arguments": one.function.arguments}}
        for one in said.tool_calls
    ]
    messages.append({"role": "assistant", "content": said.content, "tool_calls": calls})
    for one in said.tool_calls:
        result = run(tools, one.function.name, json.loads(one.function.arguments))
        messages.append({"role": "tool", "tool_call_id": one.id, "content": as_text(result)})
    stream = client.chat.completions.create(
        messages=list(messages), stream=True, stream_options={"include_usage": True}, **asked
    )
    answer = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": FOLLOW_UP}]
    refused(lambda: client.chat.completions.create(messages=list(messages), **asked))
    return answer


def responses_agent(client, tools=TOOLS, **options):
    """Have the conversation through OpenAI's Responses API; `options` go to each call. Returns the answer."""
    asked = {
        "model": MODELS["openai"][0],
        "instructions": SYSTEM,
        "tools": RESPONSES_TOOLS,
        "temperature": TEMPERATURE,
        "max_output_tokens": MAX_TOKENS,
        **options,
    }
    items = [{"role": "user", "content": QUESTION}]
    first = client.responses.create(input=list(items), **asked)
    items.append({"role": "assistant", "content": first.output_text})
    calls = [item for item in first.output if item.type == "function_call"]
    items += [
        {"type": "function_call", "call_id": one.call_id, "name": one.name, "arguments": one.arguments} for one in calls
    ]
    for one in calls:
        result = as_text(run(tools, one.name, json.loads(one.arguments)))
        items.append({"type": "function_call_output", "call_id": one.call_id, "output": result})
    stream = client.responses.create(input=list(items), stream=True, **asked)
    answer = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    items += [{"role": "assistant", "content": answer}, {"role": "user", "content": FOLLOW_UP}]
    refused(lambda: client.responses.create(input=list(items), **asked))
    return answer


def messages_agent(client, tools=TOOLS, **options):
    """Have the conversation through Anthropic's messages API; `options` go to each call. Returns the answer."""
    asked = {
        "model": MODELS["anthropic"][0],
        "system": SYSTEM,
        "tools": MESSAGES_TOOLS,
        "max_tokens": MAX_TOKENS,
        **options,
    }
    messages = [{"role": "user", "content": QUESTION}]
    first = client.messages.create(messages=list(messages), **asked)
    keys = {"text": ("type", "text"), "tool_use": ("type", "id", "name", "input")}
    said = [{key: getattr(block, key) for key in keys[block.type]} for block in first.content]
    messages.append({"role": "assistant", "content": said})
    results = [
        {"type": "tool_result", "tool_use_id": one["id"], "content": as_text(run(tools, one["name"], one["input"]))}
        for one in said
        if one["type"] == "tool_use"
    ]
    messages.append({"role": "user", "content": results})
    stream = client.messages.create(messages=list(messages), stream=True, **asked)
    answer = "".join(one.delta.text for one in stream if one.type == "content_block_delta")
    messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": FOLLOW_UP}]
    refused(lambda: client.messages.create(messages=list(messages), **asked))
    return answer
