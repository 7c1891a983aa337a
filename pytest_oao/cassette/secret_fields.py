r"""Secrets that are known by the name before them.

In JSON, in JSON in a string (`\"password\": \"…\"`), Python literals, forms, URL parameters, multipart, XML, `.env` lines.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pytest_oao.cassette.nested_strings import end_of_string
from pytest_oao.cassette.secret_names import (
    KEYS,
    NO_SECRET,
    PAGES,
    TOKENS,
    has_letter_and_digit,
    is_attribute,
    is_opaque,
    qualified,
)
from pytest_oao.cassette.spans import Span, placeholder

_TAIL = rf"""(?:
    "\s?:\s?"(?!{NO_SECRET}")(?P<plain>[^"\\]++)(?=")
    |(?P<quote>\\*["'])\s*(?::|,\s*\\*["']value\\*["']\s*:)\s*(?:\[\s*)?
        (?:(?P<open>\\*["'])(?!{NO_SECRET}\\*["'])|(?P<number>[0-9]{{4,18}}+)(?=\s*[,}}\]]))
    |\s{{0,2}}(?:=>?|:=?|%3d)\s{{0,2}}(?:(?P<scheme>bearer|basic|token|apikey|key)(?:\s|%20|\+){{1,2}}+)?
        (?:(?P<bare>(?![$%{{<*~])[^\s"'<>\\&,;(){{}}\[\]|`]++)|\\*["'](?!{NO_SECRET}\\*["'])(?P<literal>[^"'\\\s]{{6,}}+)(?=\\*["']))
    |>(?P<element>(?!{NO_SECRET}<)[^<>\s"\\]++)(?=</)
    |"?(?:;[^\r\n]{{0,200}}+)?\r\n(?:[a-z-]{{4,30}}:[^\r\n]{{0,200}}+\r\n){{0,4}}+\r\n(?P<part>)
)"""
"""What may stand between a name and its value; the last group tells which it was."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One noun that names of secrets end in."""

    pattern: re.Pattern[bytes]
    least: int
    """How long an unquoted value must be to be taken for a secret, outside of URLs and forms."""


def _field(noun: str, least: int) -> _Field:
    return _Field(re.compile(noun.replace(" ", r"\ ").encode() + _TAIL.encode(), re.VERBOSE), least)


def _gate(start: str, words: str) -> re.Pattern[bytes]:
    return re.compile(rf"{start}(?:{words})(?:\\*[\"'=:>]|\s[=:]|%3d)".encode())


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
_FORM = re.compile(rb"[^\s\"'<>{}=&]{1,80}=[^\s\"'<>{}&]*+(?:&[^\s\"'<>{}=&]{1,80}=[^\s\"'<>{}&]*+)*+\Z")
_REACH = 45
_LONGEST_PART = 1024
_WEAK_LEAST = 20
_PARAMETER_LEAST = 8


def field_spans(data: bytes, lower: bytes) -> list[Span]:
    """Return where the values of secret fields stand; `lower` is `data.lower()`."""
    hits = [fields for gate, fields in _GATES if gate.search(lower)]
    return [span for fields in hits for field in fields for span in _spans(field, data, lower)]


def _spans(field: _Field, data: bytes, lower: bytes) -> Iterator[Span]:
    end, choosy = 0, "named" in field.pattern.groupindex
    for match in field.pattern.finditer(lower):
        if match.start() < end:
            continue
        weak = choosy and match["named"] is None
        if match.lastgroup == "plain" and not weak:
            end = match.end()
            yield (*match.span("plain"), _MARK)
            continue
        span = _READERS[match.lastgroup or ""](match, field, data, weak)
        if span is not None:
            end = span[1]
            yield span


def _read_string(match: re.Match[bytes], _field: _Field, data: bytes, weak: bool) -> Span | None:
    if match.lastgroup == "open":
        start, end = match.end(), end_of_string(data, match.end(), match["open"])
    else:
        start, end = match.span(match.lastgroup or 0)
    return None if weak and not is_opaque(data[start:end], _WEAK_LEAST) else (start, end, _MARK)


def _read_number(match: re.Match[bytes], _field: _Field, _data: bytes, weak: bool) -> Span | None:
    return None if weak else (*match.span("number"), match["quote"] + _MARK + match["quote"])


def _read_bare(match: re.Match[bytes], field: _Field, data: bytes, weak: bool) -> Span | None:
    start, end = match.span("bare")
    value = data[start:end]
    if is_parameter(match.string, match.start()):
        found = not weak or is_opaque(value, _PARAMETER_LEAST)
    elif data[end : end + 1] in b"([" and end < len(data):
        found = False
    elif field.least < _PARAMETER_LEAST or match["scheme"]:
        found = len(value) >= field.least and has_letter_and_digit(value)
    else:
        found = is_opaque(value, field.least)
    return (start, end, _MARK) if found and not is_attribute(value) else None


def _read_part(match: re.Match[bytes], _field: _Field, data: bytes, _weak: bool) -> Span | None:
    end = data.find(b"\r\n--", match.end(), match.end() + _LONGEST_PART)
    return None if end < 0 else (match.end(), end, _MARK)


_READERS: dict[str, Callable[[re.Match[bytes], _Field, bytes, bool], Span | None]] = {
    "plain": _read_string,
    "open": _read_string,
    "literal": _read_string,
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
        return before[-1:] in b"?&;" or (before[-1:] + name).startswith((b"%26", b"%3f", b"\\u0026"))
    return start < _REACH and _FORM.match(lower) is not None
