"""What people answer to a question for a secret: kept without it, as a field of that name would be."""

import json
import re
from functools import partial
from typing import Any

from pytest_oao.model.jsontypes import JSON
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked
from pytest_oao.values.encoding import encode

_NO_NAME = re.compile(r"[^a-z0-9]+")


def guarded(asked: Asked, question: str) -> Asked:
    """Return what is asked, its answer to be kept without what the question says is a secret."""
    return Asked(asked.kind, asked.target, asked.arguments, asked.attributes, partial(_kept, question), asked.revive)


def _kept(question: str, answer: Any) -> JSON:  # noqa: ANN401 - whatever a person answers
    plain = encode(answer)
    gateway = current()
    if gateway is None or not isinstance(plain, str):
        return plain
    redactor = gateway.scribe.redactor
    words = _NO_NAME.sub("_", question.lower()).strip("_").split("_")
    for start in range(len(words)):  # "Enter your API key" is one for an `api_key`
        name = "_".join(words[start:])
        told: dict[str, JSON] = json.loads(redactor.data(json.dumps({name: plain}).encode()))
        if told[name] != plain:
            return told[name]
    return plain
