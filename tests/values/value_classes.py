"""Classes whose objects the tests keep."""

from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import NamedTuple

import attrs
from pydantic import BaseModel, ConfigDict, PrivateAttr, RootModel, field_validator
from pydantic_core import PydanticCustomError


@dataclass
class Order:
    number: str
    lines: list["Order"] = field(default_factory=list)

    def __post_init__(self):
        assert not BUILT, "a constructor ran"


@dataclass(frozen=True, slots=True)
class Money:
    cents: int
    currency: str = "EUR"


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Right(Flag):
    READ = auto()
    WRITE = auto()


class Customer(BaseModel):
    name: str
    orders: list["Customer"] = []
    _seen: int = PrivateAttr(default=0)

    def model_post_init(self, context):
        assert not BUILT, "a constructor ran"


class Strict(BaseModel):
    count: int
    names: list[str]
    checked: object = None

    @field_validator("checked")
    @classmethod
    def check(cls, value):
        if value == "own":
            raise PydanticCustomError("own_kind", "not {what}, {{really}}", {"what": value})
        if value == "wrong":
            raise ValueError("it is wrong")
        assert value != "asserted", "it is not so"
        return value


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 1


@attrs.define
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    left: object
    right: object


Old = namedtuple("Old", "p q")  # noqa: PYI024 - the old way


class Slotted:
    """A class of slots alone, as LangGraph's Send is."""

    __slots__ = ("_private", "name", "value")

    def __init__(self, name, value):
        assert not BUILT, "a constructor ran"
        self.name, self.value = name, value

    def __eq__(self, other):
        return (self.name, self.value) == (other.name, other.value)

    __hash__ = None


class Handle:
    """Slots, but nothing that says what makes two of them equal: it may hold anything."""

    __slots__ = ("fd",)


class Text(str):  # noqa: SLOT000 - it holds state
    pass


class Noted(dict):
    pass


class Refused(Exception):
    def __init__(self, code, *, hint):
        super().__init__(f"refused with {code}")
        self.code, self.hint = code, hint


class Stop(BaseException):
    pass


class Keyed(KeyError):
    def __str__(self):
        return f"no {self.args[0]}"


BUILT = []
"""Not empty while values are read back: then no constructor may run."""

SET = []


@dataclass
class Priced:
    price: int

    def _set(self, value):
        SET.append(value)
        self.__dict__["price"] = value

    price = property(lambda self: self.__dict__["price"], _set)  # noqa: PIE794 - a field that is a property


@dataclass
class Closing:
    name: str

    def __del__(self):
        pass


class Masked(str):  # noqa: SLOT000 - one that overrides how it looks
    def __str__(self):
        return "***"


class Names(RootModel[list[str]]):
    pass
