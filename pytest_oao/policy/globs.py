"""Globs, and the regexes that they are: those take linear time, whatever text they are asked about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from pytest_oao.policy.faults import Fault


class Gap(Enum):
    """What stands for any number of characters."""

    STAR = "*"
    """Of one folder or file name: all but `/`."""
    DEEP = "**"
    """Of whatever it be; in names, `*` is this."""
    FOLDERS = "**/"
    """Whole folders, or none."""


@dataclass(frozen=True, slots=True)
class One:
    """One character: of these ranges, or of none of them."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    but_slash: bool = False

    def admits(self, char: str) -> bool:
        """Whether a character is meant."""
        if self.but_slash and char == "/":
            return False
        return any(low <= char <= high for low, high in self.ranges) != self.negated

    @property
    def letter(self) -> str | None:
        """The only character that is meant, where there is one."""
        if self.negated or self.but_slash or len(self.ranges) != 1:
            return None
        ((low, high),) = self.ranges
        return low if low == high else None

    @property
    def regex(self) -> str:
        """The same as a regex."""
        if self.letter is not None:
            return re.escape(self.letter)
        inside = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in self.ranges)
        slash = "(?!/)" if self.but_slash else ""
        return slash + (f"[{'^' * self.negated}{inside}]" if inside else ".")


Token: TypeAlias = One | Gap


@lru_cache(maxsize=4096)
def name_tokens(glob: str) -> tuple[Token, ...]:
    """Return what a glob of names is made of: `*` is any text, `?` a character, `[ab]`, `[!a-z]`; raises Fault."""
    return _collapsed(_tokens(glob, paths=False))


@lru_cache(maxsize=4096)
def path_tokens(glob: str) -> tuple[Token, ...]:
    """Return what a glob of paths is made of: `*`, `?` and sets stop at `/`, and `**` does not; raises Fault."""
    return _collapsed(_tokens(glob, paths=True))


@lru_cache(maxsize=4096)
def regex_of(tokens: tuple[Token, ...]) -> re.Pattern[str]:
    """Compile a glob, for `fullmatch`."""
    return re.compile(_source(tokens), re.DOTALL)


@lru_cache(maxsize=4096)
def folder_regex_of(tokens: tuple[Token, ...]) -> re.Pattern[str]:
    """Compile a glob of paths that means, by `folder/**`, the folder too."""
    slash = One((("/", "/"),))
    folder = tokens[:-2] if tokens[-2:] == (slash, Gap.DEEP) else ()
    source = f"{_source(tokens)}|{_source(folder)}" if folder else _source(tokens)
    return re.compile(source, re.DOTALL)


def letters_of(tokens: Sequence[Token]) -> str | None:
    """Return the one text that a glob means, None where it means several."""
    letters = [token.letter if isinstance(token, One) else None for token in tokens]
    return None if None in letters else "".join(letter or "" for letter in letters)


def _tokens(glob: str, *, paths: bool) -> Iterator[Token]:
    at = 0
    while at < len(glob):
        if glob[at] == "*":
            end = next((index for index in range(at, len(glob)) if glob[index] != "*"), len(glob))
            token, at = _gap(glob, at, end) if paths else (Gap.DEEP, end)
            yield token
        elif glob[at] == "[":
            one, at = _set(glob, at, paths=paths)
            yield one
        else:
            char = glob[at]
            yield One((), negated=True, but_slash=paths) if char == "?" else One(((char, char),))
            at += 1


def _gap(glob: str, start: int, end: int) -> tuple[Gap, int]:
    if end - start == 1:
        return Gap.STAR, end
    if glob[end : end + 1] == "/" and glob[start - 1 : start] in {"", "/"}:
        return Gap.FOLDERS, end + 1
    return Gap.DEEP, end


def _set(glob: str, start: int, *, paths: bool) -> tuple[One, int]:
    negated = glob[start + 1 : start + 2] == "!"
    first = start + 1 + negated
    end = glob.find("]", first + 1)
    if end < 0:
        raise Fault(f"{glob!r} has a [ without its ]", remedy="write [[] for the character itself")
    ranges, at = [], first
    while at < end:
        high = at + 2 if glob[at + 1] == "-" and at + 2 < end else at
        if glob[high] < glob[at]:
            raise Fault(
                f"{glob!r} never matches: {glob[at : high + 1]} is no range", remedy="write the lower one first"
            )
        ranges.append((glob[at], glob[high]))
        at = high + 1
    return One(tuple(ranges), negated, paths), end + 1


def _collapsed(tokens: Iterator[Token]) -> tuple[Token, ...]:
    """Make one gap of gaps that stand side by side: a regex would try all ways to share the text between them."""
    kept: list[Token] = []
    for token in tokens:
        if not (kept and isinstance(token, Gap) and isinstance(kept[-1], Gap)):
            kept.append(token)
        elif Gap.DEEP in {token, kept[-1]}:
            kept[-1] = Gap.DEEP
        elif token is Gap.STAR and kept[-1] is Gap.FOLDERS:
            kept.append(token)
    return tuple(kept)


_Pieces: TypeAlias = list[tuple[bool, str]]
"""Texts of a known length as regexes, and whether a star stands before each."""


def _source(tokens: Sequence[Token]) -> str:
    gaps = {token for token in tokens if isinstance(token, Gap)}
    if Gap.DEEP not in gaps and Gap.FOLDERS not in gaps:
        return _chunk(_pieces(tokens), "[^/]*", last=True)
    if gaps == {Gap.DEEP}:
        return _chunk(_pieces(tokens), ".*", last=True)
    return _mixed(tokens)


def _pieces(tokens: Sequence[Token]) -> _Pieces:
    pieces = [(False, "")]
    for token in tokens:
        if isinstance(token, Gap):
            pieces.append((True, ""))
        else:
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + token.regex)
    return pieces


def _chunk(pieces: _Pieces, star: str, *, last: bool) -> str:
    """Return a regex that takes, for each star, the first place where what follows stands.

    Texts between stars hold as many slashes wherever they are found, so the first place is as good as any later one:
    there is nothing to go back for (hence the atomic groups) but for the last text, which must stand at the end.
    """
    parts = []
    for number, (starred, text) in enumerate(pieces, 1):
        at_end = last and number == len(pieces)
        parts.append((f"{star}{text}" if at_end else f"(?>{star}?{text})") if starred else text)
    return "".join(parts)


def _mixed(tokens: Sequence[Token]) -> str:
    """Return the regex of a glob with both kinds of stars: `**` is whole folders and a star in the one after them.

    So each try begins at a slash, and none looks further than the slashes that are in the pattern.
    """
    chunks: list[tuple[Gap | None, list[Token]]] = [(None, [])]
    for token in tokens:
        if token in {Gap.DEEP, Gap.FOLDERS}:
            assert isinstance(token, Gap)
            chunks.append((token, [Gap.STAR] if token is Gap.DEEP else []))
        else:
            chunks[-1][1].append(token)
    parts = []
    for number, (gap, inside) in enumerate(chunks, 1):
        last = number == len(chunks)
        text = _chunk(_pieces(inside), "[^/]*", last=last)
        parts.append(text if gap is None else f"(?:.*/)?{text}" if last else f"(?>(?:.*?/)??{text})")
    return "".join(parts)
