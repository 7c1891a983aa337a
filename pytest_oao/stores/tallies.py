"""What a recorder came to so far: how many sessions it kept, left out and lost, and why the last one was lost."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import RLock
from time import monotonic
from weakref import WeakSet

_LOG = logging.getLogger("pytest_oao")
_QUIET = 60.0
"""Seconds between two lines of the log: a full disk loses every session."""
_TOLD = 500
"""Characters of a reason: some repeat what a program said of a session."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sessions came to what."""

    recorded: int = 0
    """Whole, and handed to the store."""
    sampled_out: int = 0
    """Not recorded, as `sample` decided."""
    empty: int = 0
    """Made no call that is seen, and so left nothing behind."""
    dropped: int = 0
    """Lost: what is in the store of such a session is incomplete, and says so."""
    reason: str = ""
    """Why the last of them was lost."""


class Tally:
    """Counts sessions of a recorder; threads share it. `clean` takes the secrets out of what is told."""

    def __init__(self, clean: Callable[[str], str] = str) -> None:
        self._clean = clean
        self.reset()
        _TALLIES.add(self)

    def reset(self) -> None:
        """Count from nothing, as a forked process does."""
        self.counts = Counts()
        self._lock = RLock()  # a signal's handler may come in between
        self._told, self._heard = 0, -_QUIET

    def recorded(self) -> None:
        """Count a session that was recorded."""
        with self._lock:
            self.counts = replace(self.counts, recorded=self.counts.recorded + 1)

    def empty(self) -> None:
        """Count a session that made no call."""
        with self._lock:
            self.counts = replace(self.counts, empty=self.counts.empty + 1)

    def sampled_out(self) -> None:
        """Count a session that is not recorded on purpose."""
        with self._lock:
            self.counts = replace(self.counts, sampled_out=self.counts.sampled_out + 1)

    def dropped(self, where: str, reason: str) -> None:
        """Count a session whose record is lost, and say so in the log, once in a while."""
        where, reason = self._clean(where), self._clean(reason)[:_TOLD]  # in this order: half a secret looks like none
        with self._lock:
            self.counts = replace(self.counts, dropped=self.counts.dropped + 1, reason=reason)
            now, number = monotonic(), self.counts.dropped
            if now - self._heard < _QUIET:
                return
            since, self._told, self._heard = number - self._told, number, now
        more = f" ({since} since the last such line)" if since > 1 else ""
        _LOG.warning("a session is not recorded any more, the program goes on: %s: %s%s", where, reason, more)


_TALLIES: "WeakSet[Tally]" = WeakSet()


def _forked() -> None:
    for tally in tuple(_TALLIES):
        tally.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
