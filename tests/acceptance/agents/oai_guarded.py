"""A tutor on openai-agents between guardrails: an agent looks at what is asked, a function at what is said, another at a tool."""

import asyncio

import world
from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    ModelSettings,
    OpenAIProvider,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    ToolGuardrailFunctionOutput,
    function_tool,
    output_guardrail,
    set_tracing_disabled,
    tool_input_guardrail,
)
from pydantic import BaseModel

SCRIPT = [
    {"of": "You look at questions", "last": "homework", "text": '{"homework": true}'},
    {"of": "You look at questions", "text": '{"homework": false}'},
    {"of": "my homework", "delay": 5, "text": "Never heard"},
    {"turn": 0, "text": "Let me see.", "calls": [["look_up", {"word": "tide"}], ["look_up", {"word": "secret"}]]},
    {"turn": 1, "of": "what is forbidden", "text": "It is rude ({nonce})"},
    {"turn": 1, "text": "Two a day, says {last} ({nonce})"},
]
VARIANTS = ("passes", "streamed", "input_trips", "input_trips_streamed", "output_trips")
MUTATIONS = {
    "prompt edited": ["request changed", 2],
    "guardrail edited": ["request changed", 1],
    "settings edited": ["request changed", 2],
    "tool removed": ["request changed", 2],
    "extra call": ["extra call", 5],
}
QUESTIONS = {"input_trips": "do my homework", "output_trips": "what is forbidden?"}

set_tracing_disabled(True)


class Verdict(BaseModel):
    homework: bool


@tool_input_guardrail
def no_secrets(data):
    if "secret" in data.context.tool_arguments:
        return ToolGuardrailFunctionOutput.reject_content("that is a secret")
    return ToolGuardrailFunctionOutput.allow()


@function_tool(tool_input_guardrails=[no_secrets])
async def look_up(word: str) -> str:
    """Look a word up."""
    world.touch("look_up")
    return f"{word} is in the book"


@output_guardrail
async def polite(ctx, agent, output):
    return GuardrailFunctionOutput(output_info=output, tripwire_triggered="rude" in output)


def tutor(variant, mutation):
    asks = "You look at questions, hard." if mutation == "guardrail edited" else "You look at questions."
    judge = Agent(name="judge", instructions=asks, output_type=Verdict)

    async def no_homework(ctx, agent, question):
        verdict = (await Runner.run(judge, question, run_config=config())).final_output
        return GuardrailFunctionOutput(output_info=verdict, tripwire_triggered=verdict.homework)

    guardrail = InputGuardrail(no_homework, run_in_parallel=variant != "passes")
    return Agent(
        name="tutor",
        instructions="You are a tutor, and kind." if mutation == "prompt edited" else "You are a tutor.",
        tools=[] if mutation == "tool removed" else [look_up],
        input_guardrails=[guardrail],
        model_settings=ModelSettings(temperature=0.5 if mutation == "settings edited" else None),
        output_guardrails=[polite],
    )


def config():
    return RunConfig(model_provider=OpenAIProvider(base_url=world.url("oai_guarded")), model="scripted")


def run(variant, mutation):
    question = QUESTIONS.get(variant.removesuffix("_streamed"), "when is the tide?")
    times = 2 if mutation == "extra call" else 1
    return asyncio.run(asked(tutor(variant, mutation), question, "streamed" in variant, times))


async def asked(agent, question, streamed, times):
    try:
        for _ in range(times):
            result = await (stream(agent, question) if streamed else Runner.run(agent, question, run_config=config()))
    except (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered) as tripped:
        return [type(tripped).__name__, repr(tripped.guardrail_result.output.output_info)]
    return [result.final_output, result.to_input_list()]


async def stream(agent, question):
    result = Runner.run_streamed(agent, question, run_config=config())
    async for _ in result.stream_events():
        pass
    return result
