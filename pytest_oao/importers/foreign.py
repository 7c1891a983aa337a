"""Takes foreign documents apart: what is missing or of another type is an error that names its place."""

from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias, cast

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.model.jsontypes import JSON

Foreign: TypeAlias = "Mapping[object, Foreign] | Sequence[Foreign] | str | bytes | int | float | bool | None"
"""What JSON and YAML documents are made of; YAML knows bytes as well."""

REMEDY = "Export or record the file again; if the tool that wrote it changed its format, say so in an issue."


class Part:
    """One value of a document, and where it stands: `cassette.yaml: interactions[3].request`."""

    __slots__ = ("value", "where")

    def __init__(self, value: object, where: str) -> None:
        self.value = value
        self.where = where

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def __getitem__(self, key: str) -> "Part":
        """Return a field; a missing one is null."""
        joint = "." if ": " in self.where else ": "
        if not isinstance(self.value, Mapping):
            self.refuse("an object")
        return Part(self.value.get(key), f"{self.where}{joint}{key}")

    def items(self) -> "list[Part]":
        """Return the items of a list; null is an empty one."""
        if self.value is None:
            return []
        if not isinstance(self.value, list | tuple):
            self.refuse("a list")
        return [Part(item, f"{self.where}[{at}]") for at, item in enumerate(self.value)]

    def fields(self) -> "list[tuple[str, Part]]":
        """Return the fields of an object; null is an empty one."""
        if self.value is None:
            return []
        if not isinstance(self.value, Mapping):
            self.refuse("an object")
        return [(as_text(key), self[key]) for key in self.value]

    def text(self, default: str | None = None) -> str:
        """Return a text; `default` stands in for null."""
        if self.value is None and default is not None:
            return default
        if not isinstance(self.value, str):
            self.refuse("a text")
        return encodable(self.value, self)

    def json(self) -> JSON:
        """Return the value of a document that was JSON, as it is."""
        return cast("JSON", self.value)

    def scalar(self) -> str:
        """Return a header's value as text, whatever type its writer's YAML made of it."""
        if isinstance(self.value, Mapping | list | tuple):
            self.refuse("a text")
        return encodable(as_text(self.value), self)

    def whole(self, default: int | None = None) -> int:
        """Return a whole number; `default` stands in for null."""
        value = default if self.value is None else self.value
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse("a whole number")
        return value

    def number(self) -> float:
        """Return a number; null, and what is not finite or negative, which exporters write for unknown, are zero."""
        value = 0.0 if self.value is None else self.value
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse("a number")
        return float(value) if 0 <= value < float(1 << 53) else 0.0

    def refuse(self, expected: str) -> NoReturn:
        """Raise UnreadableFile: something else was expected here."""
        names = {dict: "an object", list: "a list", str: "a text", bytes: "binary", type(None): "missing"}
        found = names.get(type(self.value), repr(self.value)[:40])
        raise UnreadableFile(f"this is {found}, {expected} was expected", where=self.where, remedy=REMEDY)


def too_deep(where: str) -> HostileFile:
    """Return the error of what Python has no room to take apart."""
    return HostileFile("it is nested too deep", where=where, remedy=REMEDY)


def encodable(text: str, part: Part) -> str:
    """Return the text; half of a character, which no byte sequence stands for, is an error."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableFile(f"the text is no Unicode: {error.reason}", where=part.where, remedy=REMEDY) from error
    return text


def as_text(value: object) -> str:
    """Return a value as text: bytes as Latin-1, which is what headers are, null as nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return "" if value is None else str(value)
