"""Answers of no provider's, as imports make them: of some, much is not known."""

from pytest_oao.model.conversations import Message, ModelResponse
from pytest_oao.model.exchanges import Usage

CALL = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Zürich", "days": [1, 2]}}
SAID = {"type": "text", "content": "It is going to be sunny, I think; but let me look it up. 🌦️"}
ANSWERS = {
    "text": ModelResponse("r1", "m-1", (Message("assistant", (SAID,), "stop"),), Usage(42, 7, 5, 7, 3)),
    "nothing known": ModelResponse(choices=(Message("assistant", (SAID,)),)),
    "parallel tools": ModelResponse(
        "r2",
        "m-1",
        (Message("assistant", (SAID, CALL, {**CALL, "id": "c2"}), "tool_call"),),
        Usage(42, 7),
    ),
    "tools without ids": ModelResponse(
        choices=(Message("assistant", tuple({**CALL, "id": None} for _ in range(2)), "tool_call"),)
    ),
    "no arguments": ModelResponse(choices=(Message("assistant", ({**CALL, "arguments": {}},), "tool_call"),)),
    "reasoning": ModelResponse(
        choices=(Message("assistant", ({"type": "reasoning", "content": "Let me see. " * 9}, SAID), "stop"),)
    ),
    "cut": ModelResponse(choices=(Message("assistant", (SAID,), "length"),)),
    "filtered": ModelResponse(choices=(Message("assistant", (SAID,), "content_filter"),)),
    "refusal": ModelResponse(choices=(Message("assistant", ({"type": "refusal", "content": "I may not."},), "stop"),)),
    "foreign reason": ModelResponse(choices=(Message("assistant", (SAID,), "RECITATION"),)),
    "silence": ModelResponse(choices=(Message("assistant", (), "stop"),)),
}
