"""An agent that makes the recorded calls of a session, through a real SDK, and what changing one of them comes to."""

from dataclasses import dataclass, replace

import anthropic
import openai
from anthropic.types import Message as AnthropicMessage
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

import pytest_oao
from pytest_oao.model.conversations import Message, ModelRequest
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.outcomes import Raised
from pytest_oao.providers.codecs import CODECS
from pytest_oao.providers.neutral import MEDIA_TYPE
from pytest_oao.providers.rendering import request_of

CHAT, RESPONSES, MESSAGES = "openai.chat", "openai.responses", "anthropic.messages"
_ENDS = {
    CHAT: ("/chat/completions", ChatCompletion),
    RESPONSES: ("/responses", Response),
    MESSAGES: ("/v1/messages", AnthropicMessage),
}


@dataclass(frozen=True)
class Step:
    """One recorded call, as the agent makes it."""

    seq: int
    api: str = ""
    """Empty of a tool."""
    request: ModelRequest | None = None
    body: dict | None = None
    """The native request, where the source has it."""
    name: str = ""
    arguments: dict | None = None
    raised: bool = False


def steps_of(session):
    """Return what the agent does: each model call that can be made again, and each tool.

    A tool within which the record has calls is run where no seam sees it, and makes them.
    """
    running = {exchange.call.parent for exchange in session.exchanges}
    return [step for one in session.exchanges if one.seq not in running and (step := _step(one)) is not None]


def _step(exchange):
    call = exchange.call
    if call.kind == TOOL:
        raised = isinstance(exchange.outcome, Raised)
        return Step(exchange.seq, name=call.target, arguments=call.body.json(), raised=raised)
    request = request_of(call) if call.kind == "chat" else None
    if request is None:
        return None
    if call.body.media_type == MEDIA_TYPE:
        api = request.api if request.api in _ENDS else CHAT
        return Step(exchange.seq, api, replace(request, api=api))
    return Step(exchange.seq, request.api, request, call.body.json()) if request.api in _ENDS else None


def run(steps):
    """Make the calls, one after the other; a failure of a model's is what is recorded."""
    clients = {
        CHAT: openai.OpenAI(max_retries=0),
        RESPONSES: openai.OpenAI(max_retries=0),
        MESSAGES: anthropic.Anthropic(max_retries=0),
    }
    for step in steps:
        if step.request is None:
            _use(step)
        else:
            _ask(clients[step.api], step)


def _ask(client, step):
    path, cast_to = _ENDS[step.api]
    body = step.body if step.body is not None else CODECS[step.api].write_request(step.request)
    if step.api == MESSAGES:
        body = {"max_tokens": 1000, **body}
    body = {key: value for key, value in body.items() if key not in {"stream", "stream_options"}}
    try:
        answer = client.post(path, body=body, cast_to=cast_to)
    except (openai.APIError, anthropic.APIError):
        return
    if step.body is None:  # written anew, of what the source said
        cast_to.model_validate(answer.model_dump(exclude_unset=True))


def _use(step):
    arguments = step.arguments if isinstance(step.arguments, dict) else {}

    def body(**_):
        raise AssertionError(f"the tool {step.name} ran")

    try:
        pytest_oao.tool(name=step.name)(body)(**{str(name): value for name, value in arguments.items()})
    except AssertionError:
        raise
    except Exception as error:
        if not step.raised:
            raise AssertionError(f"the tool {step.name} did not raise") from error


def changed(steps, at, change):
    """Return the steps with the request of one changed."""
    step = steps[at]
    request = change(step.request)
    return [*steps[:at], replace(step, request=request, body=None), *steps[at + 1 :]]


def other_system(request):
    return replace(request, system=({"type": "text", "content": "You are somebody else."},))


def other_last(request):
    """Change the last message: what the user said, or what a tool returned."""
    *before, last = request.messages
    parts = [dict(part) for part in last.parts]
    for part in parts:
        if part.get("type") == "tool_call_response":
            part["response"] = "something else"
        elif part.get("type") == "text":
            part["content"] = f"{part['content']} (changed)"
    if parts == [dict(part) for part in last.parts]:
        parts.append({"type": "text", "content": "(changed)"})
    return replace(request, messages=(*before, replace(last, parts=tuple(parts))))


def one_more(request):
    return replace(request, messages=(*request.messages, Message("user", ({"type": "text", "content": "And?"},))))
