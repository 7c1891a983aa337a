"""The records of a dump: of JSON lines, of a list, or of a list that a service wrapped, each with its place."""

import json
from collections.abc import Iterator
from itertools import islice

from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.dumps import HEAD
from pytest_oao.importers.foreign import REMEDY, Part
from pytest_oao.importers.glimpse import ENVELOPES
from pytest_oao.importers.json_documents import load_json, parsed
from pytest_oao.ports import Dump


def records_of(dump: Dump) -> Iterator[Part]:
    """Yield each record; raises UnreadableFile, HostileFile."""
    if is_lines(dump):
        for number, line in dump.lines():
            yield from items_of(
                Part(line_value(line, f"{dump.source}: line {number}"), f"{dump.source}: line {number}")
            )
    else:
        yield from items_of(load_json(dump.data(), dump.source))


def is_lines(dump: Dump) -> bool:
    """Whether a file has one JSON value a line: its first line is a whole value, or one that is cut off in the head."""
    first, newline, rest = dump.head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not newline:
        return len(dump.head) >= HEAD and first[:1] in (b"{", b"[") and _is_whole_in_a_line(dump)
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return len(first) > len(rest) and first[:1] == b"{" and not rest.strip()
    return first[:1] in (b"{", b"[")


def _is_whole_in_a_line(dump: Dump) -> bool:
    """Whether the first line is a whole value, and others come after it."""
    first, *others = islice(dump.lines(), 2)
    try:
        return bool(others) and parsed(first[1]) is not None
    except (ValueError, RecursionError):
        return False


def line_value(line: bytes, where: str, *, long_number: bool | None = None) -> object:
    """Parse a line, as `json_documents.parsed` does; raises UnreadableFile, HostileFile."""
    try:
        return parsed(line, long_number=long_number)
    except RecursionError as error:
        raise HostileFile("the JSON is nested too deep", where=where, remedy=REMEDY) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile("the line is no UTF-8", where=where, remedy="Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"not JSON: {error.msg} (column {error.colno})", where=where, remedy=REMEDY) from error
    except ValueError as error:  # an integer of more digits than CPython reads
        raise HostileFile(f"not readable JSON: {error}", where=where, remedy=REMEDY) from error


def items_of(value: Part) -> Iterator[Part]:
    """Yield the items of a list or of a wrapped list, and anything else as it is."""
    if isinstance(value.value, list):
        for item in value.items():
            yield from items_of(item)
        return
    fields = value.value if isinstance(value.value, dict) else {}
    wrapped = [key for key in ENVELOPES if isinstance(fields.get(key), list)]
    if len(wrapped) == 1 and len(fields) <= _FEW and not _WHOLE & fields.keys():
        yield from value[wrapped[0]].items()
    else:
        yield value


_FEW = 3
"""Keys of what only wraps a list: `data`, `meta`, `next_cursor`."""
_WHOLE = frozenset({"trace"})
"""Keys of what tells something beside its list: a record as it stands."""
