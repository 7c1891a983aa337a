"""Environment variables that a test names: as they were when it was recorded, for as long as it is replayed."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Header

_ENVIRONMENT = "environment"
"""Where a header's metadata keep it."""


def variables_record(names: Sequence[str], redactor: Redactor) -> JSONObject:
    """Return the metadata that tell the variables of these names, None for one that is not set.

    One that holds a secret, or what is no text, is left out: it stays in replay as it is then.
    """
    found = {name: os.environ.get(name) for name in names}
    plain: JSONObject = {name: value for name, value in found.items() if _is_plain(name, value, redactor)}
    return {_ENVIRONMENT: plain} if plain else {}


def _is_plain(name: str, value: str | None, redactor: Redactor) -> bool:
    if value is None:
        return True
    told = json.dumps({name: value}).encode()  # with its name, which may be that of a secret
    return value.isprintable() and redactor.data(told) == told


@contextmanager
def recorded_variables(header: Header, names: Sequence[str]) -> Iterator[None]:
    """Set the variables of these names as a session's header tells them, and put them back as they were."""
    told = header.of_our_test.get(_ENVIRONMENT)
    known = told if isinstance(told, Mapping) else {}
    wanted = {name: value for name in names if isinstance(value := known.get(name, 0), str | None)}
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
