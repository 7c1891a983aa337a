"""Regexes of the project that uses us: refused where they could run for ever, and searched within a budget of time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from pytest_oao.cassette.spans import Span, placeholder
from pytest_oao.errors import BadOption

_WINDOW = 512
"""Bytes that one search sees: a secret is found whole where it has no more than half of them."""
_BUDGET = 2.0
"""Seconds that one pattern may take for one text."""
_LONGEST = 1000
_STEPS = 4 * _WINDOW**2
"""How many ways one place may be matched in, at worst, before a pattern is refused."""

_PIECE = re.compile(
    r"\\(?P<escape>.)|\[\^?\]?(?:[^\]\\]|\\.)*\]|(?P<open>\((?:\?(?P<how>P[=<]|.))?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<times>[*+?]|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\})(?P<suffix>[+?]?)|.",
    re.DOTALL,
)
_MARK = placeholder("custom")


@dataclass(frozen=True, slots=True)
class UserPattern:
    """A regex for secrets of one's own; its first group is the secret, or all of it where it has none."""

    pattern: re.Pattern[bytes]

    def spans(self, data: bytes) -> Iterator[Span]:
        """Yield where the pattern is found; raises BadOption when it is too slow."""
        end, deadline = 0, perf_counter() + _BUDGET
        for start in range(0, len(data), _WINDOW // 2):
            for match in self.pattern.finditer(data, max(start, end), start + _WINDOW):
                if match.start() >= start + _WINDOW // 2:
                    break
                end = match.end()
                yield _whole_characters(data, *match.span(_group(match)))
            if perf_counter() > deadline:
                raise _refused(self.pattern.pattern.decode(), f"took more than {_BUDGET:g} s on {len(data):,} bytes")


def _group(match: re.Match[bytes]) -> int:
    return 1 if match.re.groups and match[1] is not None else 0


def user_pattern(text: str) -> UserPattern:
    """Compile a regex that is safe to run on any text; raises BadOption."""
    if len(text) > _LONGEST:
        raise _refused(text[:60] + "…", f"is longer than {_LONGEST} characters")
    try:
        pattern = re.compile(text.encode())
    except (re.error, UnicodeError, OverflowError, RecursionError) as error:
        remedy = "escape what is meant as it stands, as in \\("
        raise _refused(text, f"is no regular expression for bytes: {error}", remedy) from error
    if pattern.fullmatch(b""):
        raise _refused(text, "matches the empty text")
    _check_steps(text)
    return UserPattern(pattern)


def _check_steps(text: str) -> None:
    steps, groups, closed, varies = 1, [False], False, False
    for piece in _PIECE.finditer(text):
        if (piece["escape"] or "x") in "123456789" or piece["how"] in ("P=", "("):
            raise _refused(text, "refers back to a group")
        if not piece[0].isascii() and piece[0].startswith("["):
            raise _refused(text, "has characters beyond ASCII between brackets; write (?:é|è)")
        if piece["times"]:
            size = _size(piece)
            if closed and varies and size > 2:  # noqa: PLR2004 - `?` tries two ways
                raise _refused(text, "repeats a group that itself repeats or chooses: it may take for ever")
            steps *= size
            groups[-1] = groups[-1] or size > 1
        _nest(piece, groups)
        closed, varies = bool(piece["close"]), groups[-1] if piece["close"] else False
    if steps > _STEPS:
        raise _refused(text, "has too many repetitions that can give way to each other; write `++` or `{1,20}`")


def _nest(piece: re.Match[str], groups: list[bool]) -> None:
    """Keep, for each open group, whether what is in it varies."""
    if piece["open"]:
        groups.append(False)
    elif piece["close"] and len(groups) > 1:
        inner = groups.pop()
        groups[-1] = groups[-1] or inner
    elif piece["bar"]:
        groups[-1] = True


def _size(piece: re.Match[str]) -> int:
    if piece["suffix"] == "+" or (piece["least"] and not piece["comma"]):
        return 1
    if piece["times"] == "?":
        return 2
    return min(int(piece["most"]) - int(piece["least"] or 0) + 1, _WINDOW) if piece["most"] else _WINDOW


def _whole_characters(data: bytes, start: int, end: int) -> Span:
    """Widen a span to whole UTF-8 characters, and end it before the quote that ends its JSON string."""
    quote = data.find(b'"', start, end)
    if quote > start:
        end = quote - (data[quote - 1 : quote] == b"\\")
    while end < len(data) and 0x80 <= data[end] < 0xC0:  # noqa: PLR2004 - bytes within a character
        end += 1
    while start and 0x80 <= data[start] < 0xC0:  # noqa: PLR2004 - bytes within a character
        start -= 1
    return start, end, _MARK


def _refused(text: str, what: str, remedy: str = "write a simpler pattern") -> BadOption:
    return BadOption(f"the redaction pattern {text!r} {what}", where="oao_redact, redact=", remedy=remedy)
