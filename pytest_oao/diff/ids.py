"""What counts as an id inside a text: UUIDs, ULIDs, long hex, and `call_…`-like tails that look random.

An id must look random, since two texts that differ in ids only are taken for equal: a date (`sonnet-20250514`), a
version or a word (`user_preferences`) is never one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

SHORTEST = 10
"""Characters of the shortest id: a letter, `-` or `_`, and a tail of eight."""
LONGEST = 128
"""Characters of the longest id; anything longer is data, not a name."""
ID_KEYS = ("tool_call_id", "tool_use_id", "call_id", "toolUseId", "id")
"""Keys that messages, and parts of them, have an id under; of two, the first says which tool call is meant."""
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
"""What ids are made of."""
_RUN = re.compile(rf"[0-9A-Za-z_-]{{{SHORTEST},}}")
"""Where an id may be: most text is ruled out by this, at a tenth of what looking for one takes."""

_SPREAD = 2
"""How much the lengths of two prefixed ids may differ: generators that do not pad vary by a character or two."""

_ID = re.compile(
    r"""(?<![0-9A-Za-z])(?:
    (?P<uuid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})
    |(?P<ulid>[0-7][0-9A-HJKMNP-TV-Z]{25})
    |(?P<prefix>[A-Za-z][0-9A-Za-z]{0,19}[_-])(?P<tail>[0-9A-Za-z]{8,64})
    |(?P<hex>[0-9a-fA-F]{16,128})
    )(?![0-9A-Za-z])""",
    re.VERBOSE,
)

# Prefixes that model APIs give to their ids: after these, one digit is enough to tell an id from a word.
_KNOWN = frozenset({"call", "toolu", "tooluse", "msg", "chatcmpl", "cmpl", "resp", "rs", "fc", "req", "thread", "asst"})
_MIXED = 3
_CHANGES = 2


@dataclass(frozen=True, slots=True)
class Id:
    """An id, where it stands in its text, and its shape: the kind, the prefix as written, its length."""

    text: str
    start: int
    end: int
    shape: str
    """`uuid`, `ulid`, `hex`, or the prefix with its separator."""


def ids(text: str, start: int = 0, end: int | None = None) -> Iterator[Id]:
    """Yield the ids in `text[start:end]`, in order; time is linear in the length."""
    for run in _RUN.finditer(text, start, len(text) if end is None else end):
        position, stop = run.span()
        while match := _ID.search(text, position, stop):
            found = _identified(match)
            if found:
                yield found
                position = found.end
            else:
                # A word-like tail may itself be the prefix of an id: `user_results1-a1b2c3d4`.
                position = match.start("tail") if match["prefix"] else match.end()


def id_at(text: str, position: int, start: int = 0) -> Id | None:
    """Return the id that covers or ends at `position` and begins at `start` or later."""
    low, high = max(start, position - LONGEST - 1), min(len(text), position + LONGEST + 1)
    # Most places are in no id, nor in a word as long as one.
    low += len(text[low:position].rstrip(_SIGNS))
    high -= len(text[position:high].lstrip(_SIGNS))
    if high - low < SHORTEST:
        return None
    return next((found for found in ids(text, low, high) if found.start <= position <= found.end), None)


def blanked(text: str) -> str:
    """Return the text with each id replaced by its shape: equal for texts that differ in ids only."""
    if not _RUN.search(text):
        return text
    pieces, end = [], 0
    for found in ids(text):
        pieces += [text[end : found.start], "\0", found.shape, "\0"]
        end = found.end
    return "".join((*pieces, text[end:]))


def same_shape(one: Id, other: Id) -> bool:
    """Whether one id may stand where the other stood."""
    if one.shape != other.shape:
        return False
    spread = 0 if one.shape == "hex" else _SPREAD
    return abs(len(one.text) - len(other.text)) <= spread


def _identified(match: re.Match[str]) -> Id | None:
    prefix = match["prefix"]
    if prefix:
        return Id(match[0], *match.span(), prefix) if _random(prefix, match["tail"]) else None
    if match["uuid"]:
        return Id(match[0], *match.span(), "uuid")
    # Digits alone are a number: a timestamp in nanoseconds, an amount, a card.
    if match[0].isdigit() or match[0].isalpha():
        return None
    return Id(match[0], *match.span(), "ulid" if match["ulid"] else "hex")


def _random(prefix: str, tail: str) -> bool:
    digit = any(map(str.isdigit, tail))
    changes = sum(a != b for a, b in pairwise(map(_class, tail)))
    if prefix[:-1].lower() in _KNOWN:
        return digit or changes >= _MIXED
    return digit and changes >= _CHANGES


def _class(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.isupper() else 2
