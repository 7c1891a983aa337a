"""Classes whose objects the tests keep."""

from collections import namedtuple
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import NamedTuple

import attrs
from pydantic import BaseModel, ConfigDict, PrivateAttr


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
