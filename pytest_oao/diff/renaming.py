"""Which id of the live run stands for which recorded one."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from pytest_oao.diff.ids import ids
from pytest_oao.diff.sameness import strings
from pytest_oao.model.jsontypes import JSON

Pair: TypeAlias = tuple[str, str]
"""A recorded id and the live one that stands for it."""

_MOST = 10_000
"""New pairs of one comparison: more fresh ids than that in one request are not ids."""
_SEARCHED = 40
"""Up to so many new ids are searched for one by one; more, by one scan for all ids."""


def never(_: str) -> bool:
    """Say of every id that the agent was not served it."""
    return False


class Renaming:
    """A bijection between recorded and live ids that grows over a session.

    `pinned(id)` tells whether an id already occurred in what the agent was served: it then stands for itself only.
    """

    __slots__ = ("_live", "_recorded", "pinned")

    def __init__(self, pinned: Callable[[str], bool] = never, pairs: Iterable[Pair] = ()) -> None:
        self.pinned = pinned
        self._live: dict[str, str] = {}
        self._recorded: dict[str, str] = {}
        self.commit(pairs)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs so far, oldest first."""
        return tuple(self._live.items())

    def commit(self, pairs: Iterable[Pair]) -> None:
        """Keep the new pairs of a comparison that succeeded."""
        for recorded, live in pairs:
            self._live[recorded] = live
            self._recorded[live] = recorded

    def live(self, recorded: str) -> str | None:
        """Return the live id that stands for a recorded one, None where none is known."""
        return self._live.get(recorded)

    def recorded(self, live: str) -> str | None:
        """Return the recorded id that a live one stands for, None where none is known."""
        return self._recorded.get(live)

    def rename(self, text: str) -> str:
        """Return a recorded text with the ids that the live run would have written."""
        if not self._live:
            return text
        pieces, end = [], 0
        for found in ids(text):
            pieces += [text[end : found.start], self._live.get(found.text, found.text)]
            end = found.end
        return "".join((*pieces, text[end:]))


class Trial:
    """One comparison on top of a renaming: its new pairs are dropped unless somebody commits them."""

    __slots__ = ("_back", "_base", "_new", "_order", "_same")

    def __init__(self, base: Renaming) -> None:
        self._base = base
        self._new: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self._order: list[str] = []
        self._same: list[JSON] = []

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs that this comparison found."""
        return tuple((recorded, self._new[recorded]) for recorded in self._order)

    def live(self, recorded: str) -> str | None:
        """Return the live id that stands for a recorded one, None where none is known."""
        return self._base.live(recorded) or self._new.get(recorded)

    def fits(self, recorded: str, live: str) -> bool:
        """Whether the live id may stand for the recorded, different one; notes the pair when it is new."""
        known = self.live(recorded)
        if known is not None:
            return known == live
        taken = self._base.recorded(live) is not None or live in self._back
        if taken or len(self._order) >= _MOST or self._base.pinned(recorded) or self._base.pinned(live):
            return False
        self._new[recorded] = live
        self._back[live] = recorded
        self._order.append(recorded)
        return True

    def mark(self) -> int:
        """Return a place to go back to."""
        return len(self._order)

    def rollback(self, mark: int) -> None:
        """Forget the pairs noted since the mark."""
        for recorded in self._order[mark:]:
            del self._back[self._new.pop(recorded)]
        del self._order[mark:]

    def saw(self, same: JSON) -> None:
        """Remember a part that is the same on both sides: the ids in it stand for themselves."""
        self._same.append(same)

    def contradicted(self) -> bool:
        """Whether an id that was given another name also stands for itself somewhere."""
        if not self._order:
            return False
        named = self._new.keys() | self._back.keys()
        text = "\n".join(part for same in self._same for part in strings(same))
        if len(named) > _SEARCHED:
            return any(found.text in named for found in ids(text))
        return any(_occurs(name, text) for name in named)


def _occurs(name: str, text: str) -> bool:
    return any(not (before.isalnum() or after.isalnum()) for before, after in _neighbours(name, text))


def _neighbours(name: str, text: str) -> Iterator[tuple[str, str]]:
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        yield text[start - 1 : start] if start else "", text[end : end + 1]
        start = text.find(name, end)
