"""A response body as it passes: its chunks, when each came, and how it ended."""

from collections.abc import Callable
from time import perf_counter

from pytest_oao.model.outcomes import Raised


class Tape:
    """The chunks of one response as they pass, each with its time; told once when the stream is over."""

    def __init__(
        self, clock: float, done: Callable[["Tape"], object], watch: Callable[[bytes], None] | None = None
    ) -> None:
        self.chunks: list[bytes] = []
        self.times: list[float] = []
        self.end: str | Raised = ""
        self._clock, self._watch = clock, watch
        self._done: Callable[[Tape], object] | None = done

    def pass_on(self, chunk: bytes) -> bytes:
        """Keep a chunk and return it; raises PolicyViolation where the answer may not go on: who reads it closes it."""
        self.times.append(perf_counter() - self._clock)
        self.chunks.append(chunk)
        if self._watch is not None:
            self._watch(chunk)
        return chunk

    def over(self, end: str | Raised) -> None:
        """Say how the stream ended; only the first word counts."""
        done, self._done = self._done, None  # not kept: a response may outlive the session that it belongs to
        if done is not None:
            self.end = end
            done(self)


def failure_of(error: BaseException) -> Raised:
    """Return what is kept of an exception: its class name and its message."""
    name = type(error).__name__
    return Raised("Cancelled" if name == "CancelledError" else name, str(error))
