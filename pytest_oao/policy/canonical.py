"""What a policy says, as plain JSON: the same for the same rules, however they were written."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

from pytest_oao.model.jsontypes import JSON

_FLOATS = ("max_cost_usd", "max_seconds", "max_context_pressure", "initial_delay", "backoff")


def canonical(rules: Any) -> dict[str, JSON]:  # noqa: ANN401 - a Policy, or a Retry
    """Return the fields of a policy that say something; of a Retry all."""
    told: dict[str, JSON] = {}
    for field in fields(rules):
        value = getattr(rules, field.name)
        if value not in (None, "", (), {}) or field.name == "tools":
            told[field.name] = float(value) if field.name in _FLOATS else _plain(value)
    return told


def digest(told: Mapping[str, JSON]) -> str:
    """Return the sha256 of what a policy says, by whatever name and in whatever order of its keys."""
    rules = {key: value for key, value in told.items() if key != "name"}
    return sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> JSON:  # noqa: ANN401 - a field's value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, type):
        return value.__qualname__ if value.__module__ == "builtins" else f"{value.__module__}.{value.__qualname__}"
    if is_dataclass(value):
        return canonical(value)
    plain: JSON = value
    return plain
