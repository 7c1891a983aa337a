"""A frame that the agent takes in fragments: a call that comes to a stream. What tasks and threads have in common."""

from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.websocket_seams import Fragments
from pytest_oao.adapters.websocket_tapes import FrameTape
from pytest_oao.adapters.websocket_wires import Wire, wire_of
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Streamed

Original = Callable[..., Any]


class PassingFragments:
    """The fragments of a frame as they pass: no generator, since an agent may drop it in the middle."""

    def __init__(self, source: Any, tape: FrameTape) -> None:
        self.source, self.tape = source, tape


class RecordedFragments:
    """The fragments of a recorded frame: each is said when it is asked for."""

    def __init__(self, source: Any, connection: Any, wire: Wire) -> None:
        self.source, self.connection, self.wire = source, connection, wire
        self.begun = False
        self._fragments: Fragments | None = None

    def begin(self, exchange: Exchange) -> None:
        """Take the recorded frame that was due."""
        if isinstance(exchange.outcome, Streamed):
            self._fragments = Fragments(self.wire, exchange, exchange.outcome)

    def say_next(self) -> None:
        """Have the next fragment said, to be read from the source."""
        if self._fragments is not None:
            self._fragments.say_next()


def streaming(passing: type[PassingFragments], recorded: type[RecordedFragments]) -> Callable[[Original], Original]:
    """Have a frame that the agent takes in fragments be a call, with the time of each."""

    def wrapped(original: Original) -> Original:
        def recv_streaming(self: Any, decode: bool | None = None) -> Any:  # noqa: FBT001 - the library's own
            source = original(self) if decode is None else original(self, decode)
            wire = wire_of(self)
            if wire is None:
                return source
            return passing(source, FrameTape(wire, decode)) if wire.line is None else recorded(source, self, wire)

        return recv_streaming

    return wrapped
