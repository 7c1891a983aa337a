"""Where a file of JSON, in one value or a value per line, stops being JSON."""

import json
import re

from pytest_oao.errors import HostileFile
from pytest_oao.ports import Dump

_BLANK = re.compile(r"[\s\ufeff]*")
_DECODER = json.JSONDecoder()


def broken_line(dump: Dump) -> int | None:
    """Return the number of the line that is no JSON, from 1; None where all is, or there is too much to be read."""
    try:
        return _broken_line(dump.data().decode("utf-8", "replace"))
    except (HostileFile, RecursionError):
        return None


def _broken_line(text: str) -> int | None:
    at = _after_blank(text, 0)
    while at < len(text):
        try:
            _, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            return text.count("\n", 0, len(text[: error.pos].rstrip())) + 1
        except ValueError:  # a number of too many digits
            return None
        at = _after_blank(text, at)
    return None


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
