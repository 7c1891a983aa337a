"""The time that really passes: tests stop and move the clocks that everybody reads, and a limit holds all the same."""

import time

_START = time.time()


def _passed() -> float:
    """Return seconds by a clock that freezegun and time-machine leave alone; where there is none, by the usual one."""
    return time.clock_gettime(time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.perf_counter()


_FIRST = _passed()


def now() -> float:
    """Return the moment in seconds since the epoch, as far as nobody sets the machine's clock meanwhile."""
    return _START + _passed() - _FIRST
