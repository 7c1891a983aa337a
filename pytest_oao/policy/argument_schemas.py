"""JSON Schemas on the arguments of a tool call."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_oao.policy.faults import Fault
from pytest_oao.policy.path_forms import all_folded

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class ArgumentSchema:
    """A JSON Schema of all arguments of a call, as one object."""

    text: str
    _validator: Any = field(compare=False, repr=False)

    @classmethod
    def of(cls, schema: object, text: str) -> "ArgumentSchema":
        """Compile a schema, which is told apart by its text; raises Fault where it is none, or can match nothing."""
        return cls(text, _compiled(schema))

    def matches(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the arguments are as the schema says, as they stand or with their paths folded."""
        return any(map(self._validator.is_valid, _readings(arguments)))

    def admits(self, arguments: Mapping[str, Any]) -> bool:
        """Whether they are, as they stand and with their paths folded."""
        return all(map(self._validator.is_valid, _readings(arguments)))


def _readings(arguments: Mapping[str, Any]) -> Iterator[Any]:
    plain = all_folded(arguments, backslashes=False)
    yield arguments
    for folded in (plain, all_folded(arguments, backslashes=True)):
        if folded != arguments:
            yield folded


def _compiled(schema: object) -> Any:  # noqa: ANN401 - jsonschema is imported late
    import jsonschema  # noqa: PLC0415 - late: 60 ms, and few policies have schemas
    from referencing import Registry  # noqa: PLC0415 - the same

    if not isinstance(schema, dict) or not schema:
        remedy = "write the tool's name alone for any arguments"
        raise Fault(f"arguments: {schema!r} is no JSON Schema of an object", remedy=remedy)
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
        _check_parts(schema, schema)
        # the registry is empty, so that no schema is ever fetched
        validator = kind(schema, registry=Registry())
        validator.is_valid({})
    except (jsonschema.SchemaError, re.error) as error:
        message = str(getattr(error, "message", error))[:_LONGEST]
        raise Fault(f"arguments: this is no JSON Schema: {message}") from error
    except RecursionError as error:
        raise Fault("arguments: the JSON Schema refers to itself for ever") from error
    return validator


def _check_parts(part: object, whole: object) -> None:
    """Look at what the meta-schema lets pass: regexes, and references that lead nowhere or out of the schema."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(value, str):
                _check_reference(value, whole)
            elif key == "pattern" and isinstance(value, str):
                re.compile(value)
            elif key == "patternProperties" and isinstance(value, dict):
                list(map(re.compile, value))
            _check_parts(value, whole)
    elif isinstance(part, list):
        for item in part:
            _check_parts(item, whole)


def _check_reference(reference: str, whole: object) -> None:
    if reference != "#" and not reference.startswith("#/"):
        raise Fault(f"arguments: {reference!r} is not within the JSON Schema", remedy='write {"$ref": "#/$defs/NAME"}')
    node: Any = whole
    names = reference.removeprefix("#").split("/")[1:]
    try:
        for name in names:
            node = node[name.replace("~1", "/").replace("~0", "~")]
    except (KeyError, TypeError) as error:
        raise Fault(f"arguments: {reference!r} stands for nothing in the JSON Schema") from error
