"""JSON files of others."""

import json
import re

import orjson

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.model.jsontypes import number

_DIGITS = bytes.maketrans(b"123456789-", b"0" * 10)
"""Makes all digits one, with the sign before them."""
_EACH, _SOME = 5, b"0" * 4
"""Of a number of more than 64 bits, of which orjson makes a float, every fifth byte holds four."""
_LONG = 20
"""Digits of such a number, at least, its sign among them."""
_BEHIND = b":"
_ALIKE = bytes.maketrans(b"123456789-[, \t\r\n", b"0" * 10 + _BEHIND * 6)
"""Makes all digits one, and all that a number may stand behind."""
_FEW, _BYTES_A_LOOK = 16, 2048
"""Places that are looked at one by one, and one more for each so many bytes."""
_NUMBER = re.compile(rb"[:[, \t\r\n](?:-[0-9]{19}|[0-9]{20})")
"""Such a number, and what it stands behind."""
_BOM = b"\xef\xbb\xbf"
_slow = json.JSONDecoder(parse_constant=number, parse_float=number).decode


def parsed(data: bytes, *, long_number: bool | None = None) -> object:
    """Parse JSON in UTF-8, and what Python writes beside it: NaN, halves of characters, long numbers.

    `long_number` is what `may_have_long_number` says, where it was asked before.
    Raises ValueError, of its kinds json.JSONDecodeError and UnicodeDecodeError, and RecursionError.
    """
    if not (may_have_long_number(data) if long_number is None else long_number):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    return _slow(data.decode())


def may_have_long_number(data: bytes) -> bool:
    """Whether a number of more than 64 bits may stand in JSON."""
    sample = data[::_EACH].translate(_DIGITS)  # far faster than a regex over all of it
    at = sample.find(_SOME)
    left = _FEW + len(data) // _BYTES_A_LOOK
    while at >= 0:
        if not left:  # so many digits: all are made alike at once, which costs less by then
            return _BEHIND + b"0" * _LONG in data.translate(_ALIKE) and _NUMBER.search(data) is not None
        place, left = at * _EACH, left - 1
        digits = data[place + 1 : place + 1 + _EACH * (len(_SOME) - 1)]
        if digits.isdigit() and _NUMBER.search(data, max(0, place - _EACH - 1), place + 1 + _LONG):
            return True
        at = sample.find(_SOME, at + 1)
    return False


def load_json(data: bytes, source: str) -> Part:
    """Parse a file; raises UnreadableFile with line and column, HostileFile where it is nested too deep."""
    try:
        return Part(parsed(data.removeprefix(_BOM)), source)
    except RecursionError as error:
        raise HostileFile("the JSON is nested too deep", where=source, remedy=REMEDY) from error
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is no UTF-8"
        raise UnreadableFile(what, where=source, remedy="Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"{source}: line {error.lineno}, column {error.colno}"
        raise UnreadableFile(f"not JSON: {error.msg}", where=where, remedy=REMEDY) from error
    except ValueError as error:  # an integer of more digits than CPython reads
        raise HostileFile(f"not readable JSON: {error}", where=source, remedy=REMEDY) from error
