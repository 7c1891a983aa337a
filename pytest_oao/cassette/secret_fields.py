r"""Secrets that are known by the name before them.

In JSON, in JSON in a string (`\"password\": \"…\"`), in Python's and JavaScript's literals, in forms, URLs,
multipart, XML and `.env` lines.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from pytest_oao.cassette.nested_strings import end_of_string
from pytest_oao.cassette.secret_names import (
    HARMLESS,
    KEYS,
    PAGES,
    TOKENS,
    has_letter_and_digit,
    is_attribute,
    is_opaque,
    qualified,
)
from pytest_oao.cassette.secret_patterns import compiled
from pytest_oao.cassette.spans import Span, placeholder

_TAIL = rf"""(?:
    "\s?:\s?"(?!{HARMLESS}")(?P<plain>[^"\\\n]++)(?=")
    |(?P<quote>\\*["'])\s*(?::|,\s*\\*["']value\\*["']\s*:)\s*(?:\[\s*)?
        (?:(?P<open>(?P=quote)|(?<=':\s)(?:\\+"|"(?=[^"\n]*')))(?!{HARMLESS}\\*["'])
        |(?P<number>[0-9]{{4,18}}+)(?=\s*[,}}\]]))
    |(?:\]|%5d)?\s{{0,2}}(?:=>?|:=?|%3d)\s{{0,2}}(?:(?P<scheme>bearer|basic|token|apikey|key)(?:\s|%20|\+){{1,2}}+)?
        (?:(?P<bare>(?![$%{{<*~])[^\s"'<>\\&,;(){{}}\[\]|`]++)
        |\\*["'](?!{HARMLESS}\\*["']|[,:}}\]])(?P<literal>[^"'\\\s]{{6,}}+)(?=\\*["']))
    |>(?P<element>(?!{HARMLESS}<)[^<>\s"\\]++)(?=</)
    |"?(?:;[^\r\n]{{0,200}}+)?\r\n(?:[a-z-]{{4,30}}:[^\r\n]{{0,200}}+\r\n){{0,4}}+\r\n(?P<part>)
)"""
"""What may stand between a name and its value; the last group tells which it was."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One noun that names of secrets end in."""

    source: bytes
    least: int
    """How long an unquoted value must be to be taken for a secret, outside of URLs and forms."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A name, and something behind it that may be its value."""

    match: re.Match[bytes]
    data: bytes
    least: int
    weak: bool
    """Whether the name alone does not say that the value is a secret."""


def _field(noun: str, least: int) -> _Field:
    return _Field(b"(?x)" + noun.replace(" ", r"\ ").encode() + _TAIL.encode(), least)


def _gate(start: str, words: str) -> bytes:
    return rf"{start}(?:{words})(?:\\*[\"'=:>\]]|\s[=:]|%[35]d)".encode()


_NO_PAGE = "".join(f"(?<!{word}{gap}token)" for word in PAGES for gap in ("[-_]", ""))
_KEY = _field(f"key(?:{qualified(KEYS, 'key')})", 16)
_TOKEN = _field(f"token(?P<named>{qualified(TOKENS, 'token')})?{_NO_PAGE}", 16)
_GATES = (
    (_gate("k", "ey|en|ie"), (_KEY, _TOKEN, _field("cookie", 16))),
    (_gate("p", "assw(?:or)?d|assphrase|wd"), (_field("p(?:assw(?:or)?d|assphrase|wd)", 7),)),
    (_gate("z", "ation|x"), (_field("authorization", 7),)),
    (_gate("cre", "t|dentials?"), (_field("secret", 7), _field("credentials?", 16))),
)
"""What is searched for in lower-cased data, and the fields to read where it is found."""

_MARK = placeholder("field")
_NAME = bytes(range(ord("a"), ord("z") + 1)) + b"0123456789_.-[]"
_FORM = re.compile(rb"[^\s\"'<>{}=&]{1,80}=[^\s\"'<>{}&]*+(?:&[^\s\"'<>{}=&]{1,80}=[^\s\"'<>{}&]*+)*+(\"|\Z)")
"""A form, up to its end or to that of the JSON text that holds it."""
_REACH = 45
_LONGEST_PART = 1024
_WEAK_LEAST = 20
_PARAMETER_LEAST = 8
_LITERAL_LEAST = 12


@cache
def _gates() -> tuple[tuple[bytes, re.Pattern[bytes], tuple[_Field, ...]], ...]:
    """Compile the gates, when the first body is searched: each with the byte that it begins with."""
    return tuple((gate[:1], re.compile(gate), fields) for gate, fields in _GATES)


def field_spans(data: bytes, lower: bytes) -> list[Span]:
    """Return where the values of secret fields stand; `lower` is `data.lower()`."""
    hits = [fields for byte, gate, fields in _gates() if byte in lower and gate.search(lower)]
    if not hits:
        return []
    return [span for fields in hits for field in fields for span in _spans(field, data, lower)]


def _spans(field: _Field, data: bytes, lower: bytes) -> Iterator[Span]:
    pattern = compiled(field.source)
    end, choosy = 0, "named" in pattern.groupindex
    for match in pattern.finditer(lower):
        if match.start() < end:
            continue
        weak = choosy and match["named"] is None
        if match.lastgroup == "plain" and not weak:
            end = match.end()
            yield (*match.span("plain"), _MARK)
            continue
        span = _READERS[match.lastgroup or ""](_Found(match, data, field.least, weak))
        if span is not None:
            end = span[1]
            yield span


def _read_string(found: _Found) -> Span | None:
    match = found.match
    start, end = match.span(match.lastgroup or 0)
    if match.lastgroup == "open":
        start, end = end, end_of_string(found.data, end, match["open"])
    return None if found.weak and not is_opaque(found.data[start:end], _WEAK_LEAST) else (start, end, _MARK)


def _read_literal(found: _Found) -> Span | None:
    start, end = found.match.span("literal")
    enough = found.least < _PARAMETER_LEAST or is_opaque(found.data[start:end], _LITERAL_LEAST)
    return (start, end, _MARK) if enough and not found.weak else None


def _read_number(found: _Found) -> Span | None:
    quote = found.match["quote"]
    return None if found.weak else (*found.match.span("number"), quote + _MARK + quote)


def _read_bare(found: _Found) -> Span | None:
    match, data = found.match, found.data
    start, end = match.span("bare")
    value = data[start:end]
    if is_parameter(match.string, match.start()):
        secret = not found.weak or is_opaque(value, _PARAMETER_LEAST)
    elif data[end : end + 1] in (b"(", b"["):
        secret = False
    elif found.least < _PARAMETER_LEAST or match["scheme"]:
        secret = len(value) >= found.least and has_letter_and_digit(value)
    else:
        secret = is_opaque(value, found.least)
    return (start, end, _MARK) if secret and not is_attribute(value) else None


def _read_part(found: _Found) -> Span | None:
    start = found.match.end()
    end = found.data.find(b"\r\n--", start, start + _LONGEST_PART)
    return None if end < 0 else (start, end, _MARK)


_READERS: dict[str, Callable[[_Found], Span | None]] = {
    "plain": _read_string,
    "open": _read_string,
    "literal": _read_literal,
    "element": _read_string,
    "number": _read_number,
    "bare": _read_bare,
    "part": _read_part,
}


def is_parameter(lower: bytes, start: int) -> bool:
    """Whether the name at `start` is one of a URL's query or of a form."""
    window = lower[max(0, start - _REACH) : start]
    before = window.rstrip(_NAME)
    name = window[len(before) :]
    if before:
        if before.endswith(b'"') and (form := _FORM.match(lower, start - len(name))) is not None:
            return form[1] == b'"'
        return before[-1:] in b"?&;" or (before[-1:] + name).startswith((b"%26", b"%3f", b"\\u0026"))
    return start < _REACH and (form := _FORM.match(lower)) is not None and not form[1]
