"""How far a long import is: one line on a terminal, nothing in a log."""

import sys
import time
from typing import TextIO

_WIDTH = 30
_PAUSE = 0.2
"""Seconds between two looks at the line."""
_MINUTE = 60


class Progress:
    """The line; silent where standard error is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._started = self._last = time.monotonic()
        self._length = 0

    def show(self, share: float) -> None:
        """Say how much is done, from 0 to 1: not more often than one can read."""
        now = time.monotonic()
        if not self._shown or now - self._last < _PAUSE:
            return
        self._last = now
        left = (now - self._started) * (1 - share) / share if share > 0 else 0.0
        done = round(_WIDTH * share)
        bar = "#" * done + "." * (_WIDTH - done)
        self._write(f"[{bar}] {share:4.0%}, {int(left) // _MINUTE}:{int(left) % _MINUTE:02} left")

    def clear(self) -> None:
        """Take the line away, so that another may be printed in its place."""
        if self._length:
            self._write("")

    def _write(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._length) + ("" if line else "\r"))
        self._stream.flush()
        self._length = len(line)
