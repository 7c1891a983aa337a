"""Which recorded lane a lane of the run is: most often the one of its name, else one that was shifted.

A lane is numbered where it is started, among all that its parent starts. A library that starts one strand more than it
did, for a log or for events, shifts the numbers of all that come after. Such a lane is found by its first call, and
only where the lanes beside it keep their order: equal calls do not swap their answers, and swapped ones are told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate

from pytest_oao.model.exchanges import Exchange

Alike = Callable[[Exchange], bool]
"""Whether a recorded exchange is of the call that came."""
_SERIES = "abcdefghijklmnopqrstuvwxyz"


class LaneBindings:
    """The lanes of a run that made a call, each with its recorded one; `firsts` are the first calls of those."""

    def __init__(self, firsts: Mapping[str, Exchange]) -> None:
        self._firsts = firsts
        self._recorded: dict[str, str] = {}
        self._live: dict[str, str] = {}

    def get(self, lane: str) -> str:
        """Return the recorded lane of one that made a call before, else its own name."""
        return self._recorded.get(lane, lane)

    def found(self, lane: str, *alike: Alike) -> str:
        """Return the recorded lane that a call of a lane belongs to, by the first of the tests that any lane passes.

        Where none is found it is that of its name, or the empty string where that is another lane's.
        """
        known = self._recorded.get(lane)
        if known is not None:
            return known
        found = (name for test in alike for name in self._candidates(lane) if test(self._firsts[name]))
        name = next(found, lane if self._fits(lane, lane) else "")
        if not name:
            self._recorded[lane] = ""
            return name
        for live, recorded in zip(_prefixes(lane), _prefixes(name), strict=True):
            self._recorded.setdefault(live, recorded)
            self._live.setdefault(recorded, live)
        return name

    def leave_out(self, lanes: Iterable[str]) -> None:
        """Say that no lane of the run is any of these: what they hold is answered with the tool that they are below."""
        gone = set(lanes)
        self._firsts = {name: first for name, first in self._firsts.items() if name not in gone}

    def _candidates(self, lane: str) -> Iterator[str]:
        """Yield the recorded lanes that a lane may be: that of its name, then others as deep, in order."""
        depth = lane.count(".")
        others = (name for name in self._firsts if name != lane and name.count(".") == depth)
        own = (lane,) if lane in self._firsts else ()
        yield from (name for name in (*own, *others) if self._fits(lane, name))

    def _fits(self, lane: str, name: str) -> bool:
        return all(map(self._is_free, _prefixes(lane), _prefixes(name)))

    def _is_free(self, live: str, recorded: str) -> bool:
        """Whether one lane may be another: neither is taken by a third, and those beside them keep their order."""
        if self._recorded.get(live, recorded) != recorded or self._live.get(recorded, live) != live:
            return False
        beside = f"{live.rpartition('.')[0]}."
        return all(
            (_number(one) < _number(live)) == (_number(other) < _number(recorded))
            for one, other in self._recorded.items()
            if other and one != live and one.startswith(beside) and one.count(".") == live.count(".")
        )


def _prefixes(lane: str) -> Iterator[str]:
    """Yield a lane's path and those of the lanes that it comes from, the first of them first."""
    return accumulate(lane.split("."), lambda path, part: f"{path}.{part}")


def _number(lane: str) -> tuple[str, int]:
    """Return the ordinal of a lane among those beside it, after the series that it is numbered in."""
    part = lane.rpartition(".")[2]
    return part.rstrip("0123456789"), int(part.lstrip(_SERIES) or 0)
