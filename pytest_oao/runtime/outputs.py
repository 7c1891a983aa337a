"""What a program says of its run amid it, as the record keeps it: plain JSON of a bounded size, else nothing."""

from collections.abc import Mapping
from contextlib import suppress
from math import isfinite

from pytest_oao.cassette.encodings import compact
from pytest_oao.cassette.limits import METADATA_DEPTH
from pytest_oao.model.jsontypes import JSON, JSONObject

LIMIT = 256 * 1024
"""Characters in what is kept; the program waits while it is copied."""
_VALUE = 32
"""Characters that a value counts for beside its own: so long takes one to be copied."""
_DEPTH = METADATA_DEPTH - 1
"""Below the outermost value."""
_WHOLE = range(-(2**63), 2**64)
"""What every reader of JSON takes for the number that it is."""


def said_record(said: Mapping[str, object]) -> bytes:
    """Return the metadata that tell what was said, as JSON; what is None, no plain JSON, or too large is left out.

    It is a copy: the program may change its own as soon as it has it.
    """
    kept: JSONObject = {}
    for name, value in said.items():
        with suppress(_NotKeptError, RecursionError):
            if value is not None:
                kept[name] = _Copying().of(value)
    return compact(kept) if kept else b""


class _NotKeptError(Exception):
    """There is something in it that a record does not hold."""


class _Copying:
    """Copies plain data, of these very types: a class of the program's own may do anything when it is looked at."""

    def __init__(self) -> None:
        self._left = LIMIT

    def of(self, value: object, depth: int = _DEPTH) -> JSON:
        """Return a copy; raises _NotKeptError."""
        self._left -= _VALUE + _size(value)
        if self._left < 0 or depth < 0:
            raise _NotKeptError
        if type(value) is dict:
            return {self._name(name): self.of(item, depth - 1) for name, item in list(value.items())}
        if type(value) is list:
            return [self.of(item, depth - 1) for item in list(value)]
        return _scalar(value)

    def _name(self, name: object) -> str:
        if type(name) is not str:
            raise _NotKeptError
        self._left -= len(name)
        return name


def _size(value: object) -> int:
    return len(value) if type(value) is str or type(value) is list or type(value) is dict else 0


def _scalar(value: object) -> JSON:
    if value is None or type(value) is str or type(value) is bool:
        return value
    if type(value) is int and value in _WHOLE:
        return value
    if type(value) is float and isfinite(value):
        return value
    raise _NotKeptError
