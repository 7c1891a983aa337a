"""What a generator yields, kept on its way to whoever reads it."""

from collections.abc import Callable
from time import perf_counter

from pytest_oao.model.outcomes import Raised


class ValueTape:
    """The values of a generator as they pass, a line each with its time; told once when it is over."""

    def __init__(self, clock: float, kept: Callable[[object], bytes], done: Callable[["ValueTape"], None]) -> None:
        self.lines: list[bytes] = []
        self.times: list[float] = []
        self.end: str | Raised = ""
        self._clock, self._kept = clock, kept
        self._done: Callable[[ValueTape], None] | None = done

    def passed(self, value: object) -> None:
        """Keep a value."""
        came = perf_counter() - self._clock
        self.lines.append(self._kept(value) + b"\n")
        self.times.append(came)

    def over(self, end: str | Raised) -> None:
        """Say how the generator ended; only the first word counts."""
        done, self._done = self._done, None
        if done is not None:
            self.end = end
            done(self)
