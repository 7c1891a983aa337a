"""What a whole comparison may cost, whatever differs: counted in steps, so that the same two values are told alike."""

from collections.abc import Iterator

_STEPS = 300_000
"""All that is looked at, all lists and objects together; a step takes about a microsecond."""
_UNLIKE = 5
"""Steps that looking into an unlike part takes."""
_KEPT = 20_000 * _UNLIKE
"""Steps that nothing but looking into unlike parts may take: what differs comes before what stands for what."""


class Effort:
    """What one comparison has left to spend."""

    __slots__ = ("_left", "stopped")

    def __init__(self, steps: int = _STEPS) -> None:
        self._left = steps
        self.stopped = False
        """Whether there were more unlike parts than could be looked into."""

    def affords(self, steps: int) -> bool:
        """Whether so many steps may be taken to align lists, which are then on the bill."""
        affordable = self._left - steps >= _KEPT
        self._left -= steps if affordable else 0
        return affordable

    def unlike(self) -> Iterator[None]:
        """Yield for each unlike part that may be looked into."""
        while self._left >= _UNLIKE:
            self._left -= _UNLIKE
            yield
        self.stopped = True
