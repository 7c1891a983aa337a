"""The words around a change, where whole lines are too long to show."""

import re
from itertools import accumulate
from typing import TypeAlias

from pytest_oao.diff.common_ends import common_prefix, common_suffix
from pytest_oao.diff.patience import anchors, gaps_between

Span: TypeAlias = tuple[int, int, int, int]
"""`left[a:b]` became `right[c:d]`, in characters, as (a, b, c, d)."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_WORD = 40
_LARGEST = 4_000
"""Characters of a changed part that is looked at word by word; a longer one counts as one change."""
_AROUND = 24
"""Characters of context on both sides of a change."""
_SHOWN = 3
"""Changes of one line that are shown."""


def windowed(left: str, right: str, width: int) -> tuple[str, str]:
    """Return what to show of a changed line: all of it, if `width` allows, else what is around its changes."""
    if left.split() == right.split():
        left, right = _visible(left), _visible(right)
    if max(len(left), len(right)) <= width:
        return left, right
    spans = _merged(changed_spans(left, right))
    room = width // min(len(spans), _SHOWN) - 4
    return (
        _joined(left, [(a, b) for a, b, _, _ in spans], room),
        _joined(right, [(c, d) for _, _, c, d in spans], room),
    )


def clipped(text: str, width: int) -> str:
    """Return a line in `width` characters, its end cut off where it is longer."""
    return text if len(text) <= width else text[: width - 1] + "…"


def changed_spans(left: str, right: str) -> list[Span]:
    """Return what changed between two different texts, by whole words, in order; at least one."""
    head = common_prefix(left, right)
    head -= _word_before(left, head)
    tail = common_suffix(left, right, min(len(left), len(right)) - head)
    tail -= _word_after(left, len(left) - tail)
    one, other = left[head : len(left) - tail], right[head : len(right) - tail]
    if max(len(one), len(other)) > _LARGEST:
        return [(head, head + len(one), head, head + len(other))]
    words, others = _WORD.findall(one), _WORD.findall(other)
    starts, places = _starts(words, head), _starts(others, head)
    gaps = gaps_between(anchors(words, others), len(words), len(others))
    return [(starts[a], starts[b], places[c], places[d]) for a, b, c, d in gaps]


def _word_before(text: str, position: int) -> int:
    """Return how many characters of a word that `position` cuts stand before it."""
    match = re.search(r"\w*\Z", text[max(0, position - _LONGEST_WORD) : position])
    return len(match[0]) if match else 0


def _word_after(text: str, position: int) -> int:
    match = re.match(r"\w*", text[position : position + _LONGEST_WORD])
    return len(match[0]) if match else 0


def _starts(words: list[str], start: int) -> list[int]:
    return list(accumulate(map(len, words), initial=start))


def _merged(spans: list[Span]) -> list[Span]:
    """Join changes whose contexts would touch."""
    merged = [spans[0]]
    for span in spans[1:]:
        a, b, c, d = merged[-1]
        if span[0] - b <= 2 * _AROUND and span[2] - d <= 2 * _AROUND:
            merged[-1] = (a, span[1], c, span[3])
        else:
            merged.append(span)
    return merged


def _joined(text: str, spans: list[tuple[int, int]], room: int) -> str:
    """Return the parts of a text around its changes, `room` characters each at most."""
    pieces, end = [], 0
    shown = spans[:_SHOWN]
    for start, stop in shown:
        low = max(end, start - min(_AROUND, room // 3))
        low -= min(low - end, _word_before(text, low))
        # Only what comes after the last change may use the room that is left.
        high = min(len(text), low + room, len(text) if (start, stop) == shown[-1] else stop + _AROUND)
        if stop < high < len(text):
            high = max(stop, high - _word_before(text, high))
        piece = text[low:high]
        pieces.append(f" … {piece.lstrip()}" if low > end else piece)
        end = high
    more = f" … ({len(spans) - _SHOWN} more changes in this line)" if len(spans) > _SHOWN else ""
    line = "".join(pieces)
    return f"{line.rstrip()}{more or ' …'}" if end < len(text) or more else line


def _visible(text: str) -> str:
    """Write white space as signs, for lines that differ in nothing else."""
    signs = {" ": "·", "\t": "→"}
    return "".join(signs.get(c) or (f"<U+{ord(c):04X}>" if c.isspace() else c) for c in text)
