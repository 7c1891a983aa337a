"""A frame that the agent takes in fragments, as they come: each is kept with its time."""

from functools import partial
from time import perf_counter
from typing import Any, Literal

from pytest_oao.adapters.websocket_frames import failure_of, received_body
from pytest_oao.adapters.websocket_wires import Wait, Wire
from pytest_oao.model.bodies import Body
from pytest_oao.model.outcomes import Raised, Streamed
from pytest_oao.runtime.admissions import Admission

End = Literal["complete", "closed"] | Raised


class FrameTape:
    """The fragments of one frame: told once when it is whole, broken off, or no more of it is taken."""

    def __init__(self, wire: Wire, decode: bool | None) -> None:  # noqa: FBT001 - the library's own
        self._wire, self._decode = wire, decode
        self._wait = Wait(wire, "receive")
        self._admission: Admission | None = None
        self._chunks: list[Body] = []
        self._times: list[float] = []

    def pass_on(self, fragment: Any) -> Any:
        """Keep a fragment and return it."""
        if self._admission is None:
            self._admission = self._wait.begin()
            self._wire.received += 1
            self._wire.gateway.streams(self._admission, partial(self.over, "closed"))
        self._times.append(perf_counter() - self._admission.clock)
        self._chunks.append(received_body(fragment, self._decode))
        return fragment

    def failed(self, error: BaseException) -> None:
        """Say that the frame broke off, or that none came."""
        outcome = failure_of(error)
        if self._admission is None:
            self._wait.failed(error)
        elif isinstance(outcome, Raised):
            self.over(outcome)

    def over(self, end: End) -> None:
        """Say how the frame ended; only the first word counts."""
        if self._admission is not None:
            body = Body(b"".join(chunk.data for chunk in self._chunks), self._chunks[0].media_type)
            sizes = tuple(len(chunk.data) for chunk in self._chunks)
            self._wire.gateway.settle(self._admission, Streamed(body, None, sizes, tuple(self._times), end))
