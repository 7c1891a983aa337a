r"""Strings in strings: JSON text holds JSON text, and each level doubles the backslashes before a quote."""

import re

_DEEPEST = 63
"""Backslashes before a quote six levels deep; counting no further keeps this linear."""

_QUOTES = {b'"': re.compile(rb'"'), b"'": re.compile(rb"[\"']|\r?\n")}
_LINE_END = re.compile(rb"\r?\n")
_CLOSING = re.compile(rb"\"(?:[\s\\\"',:;.>)\]}]|\Z)")
"""A quote that ends a string, as what stands behind it tells; any other one opens the next."""


def end_of_string(data: bytes, start: int, opening: bytes) -> int:
    r"""Return where the content ends of a string that opened with `opening`: a quote and the backslashes before it.

    A double quote of an outer level ends it too: the string was cut, and what follows is the structure around it.
    So does its line, where no later one has a quote that closes it: reports and logs cut off what is long.
    """
    end, quote = _end(data, start, opening)
    line = _LINE_END.search(data, start, end)
    return line.start() if line and not _CLOSING.match(data, quote) else end


def _end(data: bytes, start: int, opening: bytes) -> tuple[int, int]:
    """Return where the content ends, and where the quote stands that ends it."""
    depth, own = len(opening) - 1, opening[-1:]
    for match in _QUOTES[own].finditer(data, start):
        at = match.start()
        slashes = _backslashes(data, start, at)
        if match[0] == own and slashes % (2 * depth + 2) == depth:
            return at - depth, at
        if _ends_outer(match[0], own, slashes, depth):
            return at - slashes, at
    return len(data), len(data)


def _ends_outer(found: bytes, own: bytes, slashes: int, depth: int) -> bool:
    if found != own:
        return found.endswith(b"\n") or slashes % 2 == 0
    return slashes % (depth + 1) != depth


def _backslashes(data: bytes, start: int, at: int) -> int:
    before = data[max(start, at - _DEEPEST) : at]
    return len(before) - len(before.rstrip(b"\\"))
