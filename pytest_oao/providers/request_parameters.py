"""The parameters of a request, by OpenTelemetry's names and by the provider's own."""

from collections.abc import Mapping
from typing import TypeAlias

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import Row, attributes

Rows: TypeAlias = tuple[Row, ...]
"""The provider's name, OpenTelemetry's, and how a value is read; of two names for one, the first is the usual one."""


def read_parameters(body: JSONObject, rows: Rows) -> tuple[JSONObject, JSONObject]:
    """Return the parameters that a body tells, and those of its fields that writing them again would not give."""
    told = attributes(body, rows)
    rebuilt = write_parameters(told, rows, {})
    unlike = {name for key, name, _ in rows if key in body and rebuilt.get(key, told) != body[key]}
    return told, {key: body[key] for key, name, _ in rows if key in body and name in unlike}


def write_parameters(parameters: Mapping[str, JSON], rows: Rows, extra: Mapping[str, JSON]) -> JSONObject:
    """Return the fields of a body; a parameter that `extra` holds under one of its names is left to that."""
    apart = {name for key, name, _ in rows if key in extra}
    usual = {name: key for key, name, _ in reversed(rows)}
    return {usual[name]: value for name, value in parameters.items() if name in usual and name not in apart}
