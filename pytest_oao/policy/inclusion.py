"""How the texts that two globs mean lie to each other: whether one means all of another's, or any of them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from pytest_oao.policy.globs import Gap, One, Token, letters_of, regex_of

_MOST = 20_000
"""States that a comparison may come to; one that needs more finds nothing wrong with the policy."""
_LAST = 0x10FFFF


@lru_cache(maxsize=4096)
def covers(wide: tuple[Token, ...], narrow: tuple[Token, ...]) -> bool:
    """Whether all that `narrow` means is meant by `wide`."""
    text = letters_of(narrow)
    if text is not None:
        return regex_of(wide).fullmatch(text) is not None
    chars = _chars(wide, narrow)
    todo = [(one, _closure(wide, {0})) for one in _closure(narrow, {0})]
    seen = set(todo)
    while todo and len(seen) < _MOST:
        at, among = todo.pop()
        if at == len(narrow) and len(wide) not in among:
            return False
        for char in chars:
            after = _closure(wide, _steps(wide, among, char))
            new = {(one, after) for one in _closure(narrow, _steps(narrow, {at}, char))} - seen
            seen |= new
            todo += new
    return not todo


@lru_cache(maxsize=4096)
def meet(one: tuple[Token, ...], other: tuple[Token, ...]) -> bool:
    """Whether there is a text that both mean."""
    text = letters_of(one)
    if text is not None:
        return regex_of(other).fullmatch(text) is not None
    chars = _chars(one, other)
    todo = [(a, b) for a in _closure(one, {0}) for b in _closure(other, {0})]
    seen = set(todo)
    while todo and len(seen) < _MOST:
        a, b = todo.pop()
        if a == len(one) and b == len(other):
            return True
        for char in chars:
            ends = _closure(other, _steps(other, {b}, char))
            new = {(x, y) for x in _closure(one, _steps(one, {a}, char)) for y in ends} - seen
            seen |= new
            todo += new
    return bool(todo)


def _chars(*globs: Sequence[Token]) -> list[str]:
    """Return one character of each sort that the globs tell from others."""
    cuts = {0, ord("/"), ord("/") + 1}
    for token in (token for glob in globs for token in glob if isinstance(token, One)):
        for low, high in token.ranges:
            cuts |= {ord(low), min(ord(high) + 1, _LAST)}
    return [chr(cut) for cut in sorted(cuts)]


def _closure(glob: Sequence[Token], states: Iterable[float]) -> frozenset[float]:
    """Return where one may be without a further character; `n + 0.5` is inside the folders of token `n`."""
    found, todo = set(states), list(states)
    while todo:
        at = todo.pop()
        if at != int(at) or at == len(glob) or not isinstance(token := glob[int(at)], Gap):
            continue
        reached = {at + 1, at + 0.5} if token is Gap.FOLDERS else {at + 1}
        todo += reached - found
        found |= reached
    return frozenset(found)


def _steps(glob: Sequence[Token], states: Iterable[float], char: str) -> set[float]:
    return {after for at in states for after in _step(glob, at, char)}


def _step(glob: Sequence[Token], at: float, char: str) -> tuple[float, ...]:
    if at != int(at):
        return (at, at + 0.5) if char == "/" else (at,)
    token = glob[int(at)] if at < len(glob) else Gap.FOLDERS
    if isinstance(token, One):
        return (at + 1,) if token.admits(char) else ()
    return (at,) if token is Gap.DEEP or (token is Gap.STAR and char != "/") else ()
