"""Ids for what its source has none of: made of the content, so that the same replay has the same ids."""

import json
from hashlib import sha256

from pytest_oao.model.conversations import ModelRequest
from pytest_oao.model.jsontypes import JSON

MINTED_SIGNATURE = "replay-"
"""How a signature begins that stands in for one that nobody kept."""
_DIGITS = 24


def mint(prefix: str, *content: JSON) -> str:
    """Return an id that only the content decides."""
    told = json.dumps(content, sort_keys=True, default=str).encode()
    return f"{prefix}{sha256(told).hexdigest()[:_DIGITS]}"


def turn_of(asked: ModelRequest) -> list[JSON]:
    """Return what tells a request from the others of its conversation: equal answers to two of them get other ids."""
    return [len(asked.messages), asked.extra.get("previous_response_id"), asked.extra.get("conversation")]
