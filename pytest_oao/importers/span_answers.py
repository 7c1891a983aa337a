"""Answers that an instrumentation did not see, since they were streamed: the next request has them as what was said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pytest_oao.importers.observations import ObservedCall
from pytest_oao.importers.views import asks_a_model, request_of
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.provenance import ANSWER

_OBJECT = re.compile(
    r"<(?=[\w.]*?(?:Stream|[Gg]enerator|Response))[\w.]++(?: object)?(?: [\w.<>]+)? at 0x[0-9a-fA-F]+>"
)


def is_printed_stream(value: JSON) -> bool:
    """Whether a value is what Python prints of a stream: `<anthropic.Stream object at 0x7f74>`."""
    return isinstance(value, str) and _OBJECT.fullmatch(value.strip()) is not None


def with_answers(calls: Sequence[ObservedCall]) -> list[ObservedCall]:
    """Return the calls, those of models without an answer with the one that a later request quotes."""
    asked = [(one, request) for one in calls if asks_a_model(one) and (request := request_of(one))]
    return [_answered(one, asked) if one.came is None and asks_a_model(one) else one for one in calls]


def _answered(one: ObservedCall, asked: Sequence[tuple[ObservedCall, ModelRequest]]) -> ObservedCall:
    request = request_of(one)
    for other, later in asked:
        if request is not None and other.started_at >= one.started_at:
            said = _next(request, later)
            if said is not None:
                came = ModelResponse(choices=(said,))
                return replace(one, came=came, inferred=one.inferred | {ANSWER})
    return one


def _next(request: ModelRequest, later: ModelRequest) -> Message | None:
    """Return what the model said after the messages of a request, where a later one goes on with them."""
    size = len(request.messages)
    if later.messages[:size] != request.messages or len(later.messages) <= size:
        return None
    said = later.messages[size]
    return Message(said.role, said.parts) if said.role == "assistant" else None
