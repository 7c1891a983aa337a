import collections
import dataclasses
import enum
from decimal import Decimal
from pathlib import Path, PurePosixPath

import pydantic
import pytest

from pytest_oao.values.encoding import encode
from pytest_oao.values.plain_views import plain_view


class Place(enum.Enum):
    PROD = "prod/x"


class Word(str):
    __slots__ = ()


@dataclasses.dataclass
class Request:
    path: Path


class Model(pydantic.BaseModel):
    path: str


@pytest.mark.parametrize(
    ("value", "view"),
    [
        ("prod/x", "prod/x"),
        (PurePosixPath("prod/x"), "prod/x"),
        (b"prod/x", "prod/x"),
        (b"\xff\x00", "\ufffd\x00"),
        (bytearray(b"prod/x"), "prod/x"),
        (Place.PROD, "prod/x"),
        (Word("prod/x"), "prod/x"),
        (("prod/x", 1), ["prod/x", 1]),
        ({"prod/x"}, ["prod/x"]),
        (collections.deque(["prod/x"]), ["prod/x"]),
        (Request(Path("prod/x")), {"path": "prod/x"}),
        (Model(path="prod/x"), {"path": "prod/x"}),
        (collections.OrderedDict(path=b"prod/x"), {"path": "prod/x"}),
        ({"deep": [Path("prod/x")]}, {"deep": ["prod/x"]}),
        (Decimal("1.5"), "1.5"),
        (ValueError("prod/x"), "prod/x"),
        (int, "builtins:int"),
        (None, None),
    ],
)
def test_a_value_reads_as_what_it_says(value, view):
    assert plain_view(encode(value)) == view
