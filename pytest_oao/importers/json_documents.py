"""JSON files of others."""

import json

import orjson

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.model.jsontypes import number

_SIGNS = bytes.maketrans(b"123456789[, \t\r\n-", b"0" * 9 + b":" * 7)
"""Makes all digits one, and all that a number may stand behind: looking for them so is far faster than by a regex."""
_LONG = b":" + b"0" * 20
"""So many digits may be a number of more than 64 bits, of which orjson makes a float."""
_EACH, _SOME = 5, b"0" * 4
"""Of as many digits in a row, every fifth byte holds four."""
_BOM = b"\xef\xbb\xbf"
_slow = json.JSONDecoder(parse_constant=number, parse_float=number).decode


def parsed(data: bytes) -> object:
    """Parse JSON in UTF-8, and what Python writes beside it: NaN, halves of characters, long numbers.

    Raises ValueError, of its kinds json.JSONDecodeError and UnicodeDecodeError, and RecursionError.
    """
    if not _may_have_long_number(data):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    return _slow(data.decode())


def _may_have_long_number(data: bytes) -> bool:
    return _SOME in data[::_EACH].translate(_SIGNS) and _LONG in data.translate(_SIGNS)


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
