"""The fields of a JSON object, taken one by one: what is missing, unknown or of another type is damage."""

from typing import NoReturn

from pytest_oao.errors import DamagedFile
from pytest_oao.model.jsontypes import JSON, JSONObject

_NAMES = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


class Fields:
    """A JSON object being taken apart; `path` names it within its line, `where` names the file and the line.

    Every method raises DamagedFile for a field of another type, and for a missing one that has no default.
    """

    def __init__(self, value: JSON, path: str, where: str) -> None:
        self.path = path
        self.where = where
        if not isinstance(value, dict):
            self.refuse("", value, "an object")
        self._left: JSONObject = dict(value)

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str, default: JSON = None) -> JSON:
        """Take a field as it is."""
        return self._left.pop(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text."""
        value = self._left.pop(key, default)
        return value if isinstance(value, str) else self.refuse(key, value, "a text")

    def whole(self, key: str, default: int | None = None) -> int:
        """Take a whole number, not negative."""
        return self._whole(key, self.take(key, default))

    def number(self, key: str, default: float | None = None) -> float:
        """Take a number."""
        return self._number(key, self.take(key, default))

    def wholes(self, key: str) -> tuple[int, ...]:
        """Take a list of whole numbers, not negative; empty when missing."""
        return tuple(self._whole(key, item) for item in self.items(key))

    def numbers(self, key: str) -> tuple[float, ...]:
        """Take a list of numbers; empty when missing."""
        return tuple(self._number(key, item) for item in self.items(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; empty when missing."""
        return tuple(
            item if isinstance(item, str) else self.refuse(key, item, "a list of texts") for item in self.items(key)
        )

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Take a list of pairs of texts; empty when missing."""
        found = []
        for item in self.items(key):
            match item:
                case [str(name), str(value)]:
                    found.append((name, value))
                case _:
                    self.refuse(key, item, "a list of pairs of texts")
        return tuple(found)

    def items(self, key: str) -> list[JSON]:
        """Take a list; empty when missing."""
        value = self.take(key, [])
        return value if isinstance(value, list) else self.refuse(key, value, "a list")

    def mapping(self, key: str) -> JSONObject:
        """Take an object as it is; empty when missing."""
        value = self.take(key, {})
        return value if isinstance(value, dict) else self.refuse(key, value, "an object")

    def named(self, key: str) -> dict[str, str]:
        """Take an object whose values are texts; empty when missing."""
        return {
            name: value if isinstance(value, str) else self.refuse(key, value, "an object of texts")
            for name, value in self.mapping(key).items()
        }

    def below(self, key: str) -> "Fields":
        """Take an object, to take it apart in turn."""
        return Fields(self.take(key), self._name(key), self.where)

    def done(self) -> None:
        """Say that no other field is known."""
        for key, value in self._left.items():
            self.refuse(key, value, "nothing")

    def refuse(self, key: str, value: JSON, expected: str) -> NoReturn:
        """Raise DamagedFile: at `key` stands `value`."""
        found = _NAMES.get(type(value)) or repr(value)[:40]
        self.fail(f"`{self._name(key)}` is {found}, {expected} was expected")

    def fail(self, what: str) -> NoReturn:
        """Raise DamagedFile."""
        remedy = "The file was edited or damaged: take it from where it was copied, or record again."
        raise DamagedFile(what, where=self.where, remedy=remedy)

    def _whole(self, key: str, value: JSON) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.refuse(key, value, "a whole number from 0")
        return value

    def _number(self, key: str, value: JSON) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(key, value, "a number")
        try:
            return float(value)
        except OverflowError:
            self.fail(f"`{self._name(key)}` is a number that is too large")

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key


def present(**fields: JSON) -> JSONObject:
    """Return the fields that say something: neither empty nor None."""
    return {name: value for name, value in fields.items() if value or value == 0}
