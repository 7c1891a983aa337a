"""A frame that a thread takes in fragments: a call that comes to a stream."""

from collections.abc import Callable
from typing import Any, Self

from pytest_oao.adapters.websocket_seams import (
    Fragments,
)
from pytest_oao.adapters.websocket_tapes import FrameTape
from pytest_oao.adapters.websocket_thread_frames import due
from pytest_oao.adapters.websocket_wires import Wire, wire_of
from pytest_oao.model.outcomes import Streamed

Original = Callable[..., Any]


def streaming(original: Original) -> Original:
    """Have a frame that the agent takes in fragments be a call, with the time of each."""

    def recv_streaming(self: Any, decode: bool | None = None) -> Any:  # noqa: FBT001 - the library's own
        source = original(self) if decode is None else original(self, decode)
        wire = wire_of(self)
        if wire is None:
            return source
        return _Fragments(source, FrameTape(wire, decode)) if wire.line is None else _Replayed(source, self, wire)

    return recv_streaming


class _Fragments:
    """The fragments of a frame as they pass: no generator, since an agent may drop it in the middle."""

    def __init__(self, source: Any, tape: FrameTape) -> None:
        self._source, self._tape = source, tape

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self._tape.pass_on(next(self._source))
        except StopIteration:
            self._tape.over("complete")
            raise
        except BaseException as error:
            self._tape.failed(error)
            raise

    def close(self) -> None:
        """Stop to take fragments."""
        self._source.close()
        self._tape.over("closed")


class _Replayed:
    """The fragments of a recorded frame: each is said when it is asked for."""

    def __init__(self, source: Any, connection: Any, wire: Wire) -> None:
        self._source, self._connection, self._wire = source, connection, wire
        self._fragments: Fragments | None = None
        self._begun = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if not self._begun:
            self._begun = True
            exchange = due(self._connection, self._wire, None)
            if isinstance(exchange.outcome, Streamed):
                self._fragments = Fragments(self._wire, exchange, exchange.outcome)
        if self._fragments is not None:
            self._fragments.say_next()
        return next(self._source)

    def close(self) -> None:
        """Stop to take fragments."""
        self._source.close()
