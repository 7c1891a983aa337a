"""The ways in which programs write JSON, so that a parsed body is written back byte for byte.

An encoding is named by its layout (`compact`, `spaced`, `indented`, `indented-4`), then, joined by `+`, what else is
special: `escaped` (no character above ASCII), `html` (as Go does: `<`, `>`, `&` as escapes), `newline` (at the end).
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import NoReturn

import orjson

from pytest_oao.model.jsontypes import JSON

DEFAULT = "compact"
_NO_JSON = (
    re.compile(rb"N(?<![^:,[]N)aN(?![^],}])"),
    re.compile(rb"I(?<![^:,[-]I)nfinity(?![^],}])"),
    re.compile(rb"\\ud"),
)
"""What JSON has no word for, where it is no part of a text; and half a character, which is written by its escape.

A regex that begins with one sign, and looks behind it only then, is by far faster.
"""
_NUMBER = tuple(b"%c" % sign for sign in b"-0123456789")
_POINT = re.compile(rb"\.(?:0000(?<=0\.0000)|[0-9](?<=[0-9]{16}\..))")
_LONGEST_NUMBER = 24
"""Characters of a number before its exponent, at most."""
_EXPONENT = re.compile(
    rb"e[-+0-9](?<=[0-9]e.)(?=[0-9]{0,3}+[],}])(?:"
    + b"|".join(rb"(?<=[:,[][-.0-9]{%d}e.)" % size for size in range(1, _LONGEST_NUMBER + 1))
    + b")"
)
"""One of these is found in whatever holds a number that Python writes otherwise than orjson.

That is one below 0.0001, or above 10 to the 16th. Each begins with one sign, which is looked for three times as fast as
either of two.
"""

_LAYOUTS: dict[str, tuple[str | None, tuple[str, str]]] = {
    "compact": (None, (",", ":")),
    "spaced": (None, (", ", ": ")),
    "indented": ("  ", (",", ": ")),
    "indented-4": ("    ", (",", ": ")),
    "indented-tab": ("\t", (",", ": ")),
}
_OPTIONS = ("escaped", "html", "newline")
NAME = re.compile("(?:" + "|".join(_LAYOUTS) + ")" + "".join(rf"(?:\+{option})?" for option in _OPTIONS))

_INDENTS = {b"  ": "indented", b"    ": "indented-4", b"\t": "indented-tab"}
_INDENT = re.compile(rb"[\[{]\n([ \t]+)")
_SPACED = re.compile(rb'[\[{]*"[^"\\]*"(?:: |, )')
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*+\\u(?!00[01])")
"""A character by its escape that need not be; control characters are written so in any encoding."""
_HTML = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_HTML_SEEN = re.compile(rb"\\u(?:003[ce]|0026|202[89])")


def parse(data: bytes) -> JSON:
    """Parse JSON; raises ValueError for anything else, also for NaN and for numbers with thousands of digits."""
    try:
        value: JSON = json.loads(data.decode(), parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def compact(value: JSON, before: bytes = b"") -> bytes:
    """Write JSON as a cassette shows it best; half a character, which UTF-8 does not have, by its escape.

    `before` is a beginning of what this wrote before, up to the end of an object: it is not looked through again.
    """
    return _plain(value, before) or _patiently(value)


def compact_and_parsed(value: JSON, before: bytes = b"") -> tuple[bytes, tuple[JSON] | None]:
    """Return what `compact` writes, and the value where that is how a cassette can hold it: both for a `Body`."""
    data = _plain(value, before)
    if data is not None:
        return data, (value,)
    data = _patiently(value)
    return data, (value,) if reads_back(data) else None


def reads_back(data: bytes) -> bool:
    """Whether what `compact` wrote, or a piece of it, is JSON in the default encoding: no NaN, no half character."""
    return not any(word.search(data) for word in _NO_JSON)


def _patiently(value: JSON) -> bytes:
    try:
        return _as_json_does(value)
    except UnicodeEncodeError:
        return encode(value, f"{DEFAULT}+escaped")


def encode(value: JSON, name: str) -> bytes:
    """Write JSON in the named encoding, which matches `NAME`; raises UnicodeEncodeError for lone surrogates."""
    return _encoder(name)(value)


def find(value: JSON, data: bytes) -> str | None:
    """Return the name of the encoding that turns `value` into `data`, None where there is none."""
    for name in _guesses(data):
        try:
            if encode(value, name) == data:
                return name
        except (UnicodeEncodeError, RecursionError):
            continue
    return None


@lru_cache(maxsize=64)
def _encoder(name: str) -> Callable[[JSON], bytes]:
    layout, *options = name.split("+")
    indent, separators = _LAYOUTS[layout]
    if name == DEFAULT:
        return _compact
    return _patient(indent, separators, options)


def _compact(value: JSON) -> bytes:
    """Write JSON as `json.dumps` does, most often ten times as fast."""
    return _plain(value) or _as_json_does(value)


def _plain(value: JSON, before: bytes = b"") -> bytes | None:
    """Write JSON that all programs write alike, None where they do not."""
    try:
        data = orjson.dumps(value)
    except TypeError:  # NaN, a whole number of more than 64 bits, half a character, or 254 levels
        return None
    start = len(before) if data.startswith(before) else 0
    return None if _has_unlike_number(data, start) else data


def _has_unlike_number(data: bytes, start: int) -> bool:
    """Whether compact JSON may hold a number that Python writes otherwise: names made of hex digits are none."""
    if data[:1] in _NUMBER or _POINT.search(data, start):
        return True
    return _EXPONENT.search(data, start) is not None


def _patient(indent: str | None, separators: tuple[str, str], options: Collection[str]) -> Callable[[JSON], bytes]:
    dumps = json.JSONEncoder(ensure_ascii="escaped" in options, indent=indent, separators=separators).encode
    end = "\n" if "newline" in options else ""
    if "html" in options:
        return lambda value: (dumps(value).translate(_HTML) + end).encode()
    if end:
        return lambda value: (dumps(value) + end).encode()
    return lambda value: dumps(value).encode()


_as_json_does = _patient(None, (",", ":"), ())


def _guesses(data: bytes) -> Iterator[str]:
    end = "+newline" if data.endswith(b"\n") else ""
    for layout in _layouts(data):
        for option in _escapes(data):
            yield f"{layout}{option}{end}"


def _layouts(data: bytes) -> tuple[str, ...]:
    indent = _INDENT.match(data)
    if indent:
        return tuple(name for known, name in _INDENTS.items() if known == indent[1])
    return ("spaced", "compact") if _SPACED.match(data) else ("compact", "spaced")


def _escapes(data: bytes) -> Iterator[str]:
    ascii_only = data.isascii()
    if ascii_only and _ESCAPED.search(data):
        yield "+escaped"
    yield ""
    if _HTML_SEEN.search(data):
        yield "+html"
        if ascii_only:
            yield "+escaped+html"
