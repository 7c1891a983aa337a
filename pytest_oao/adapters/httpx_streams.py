"""Response bodies on their way to the agent: passed on chunk by chunk while recording, cut as recorded in replay."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from pytest_oao.adapters.tapes import Tape, failure_of
from pytest_oao.errors import OaoHalt
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Streamed
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.overruns import as_left, stop_where_cancelled, stop_where_closed, until_cancelled, was_cancelled

_END: Any = object()


class Streams(NamedTuple):
    """The stream classes of one library."""

    sync_tee: Callable[[Any, Tape], Any]
    async_tee: Callable[[Any, Tape], Any]
    recorded: Callable[[Exchange, Streamed, Callable[[Raised], BaseException], Gateway], Any]


@cache
def streams_of(library: ModuleType) -> Streams:
    """Make the stream classes of httpx or httpx2."""
    return Streams(_sync_tee(library), _async_tee(library), _recorded(library))


def _sync_tee(library: ModuleType) -> Callable[[Any, Tape], Any]:
    class SyncTee(library.SyncByteStream):  # type: ignore[misc,name-defined]  # httpx or httpx2
        def __init__(self, stream: Any, tape: Tape) -> None:
            self.stream, self.tape = stream, tape

        def __iter__(self) -> Iterator[bytes]:
            source = iter(self.stream)
            while True:
                with perform():
                    try:
                        chunk = next(source, _END)
                    except BaseException as error:
                        self.tape.over(failure_of(error))
                        raise
                if chunk is _END:
                    break
                try:
                    passed = self.tape.pass_on(chunk)
                except OaoHalt:
                    self.close()
                    raise
                yield passed
            self.tape.over("complete")

        def close(self) -> None:
            try:
                with perform():
                    self.stream.close()
            finally:
                self.tape.over("closed")

    return SyncTee


def _async_tee(library: ModuleType) -> Callable[[Any, Tape], Any]:
    class AsyncTee(library.AsyncByteStream):  # type: ignore[misc,name-defined]
        def __init__(self, stream: Any, tape: Tape) -> None:
            self.stream, self.tape = stream, tape

        def __aiter__(self) -> AsyncIterator[bytes]:
            return _Passing(self)

        async def aclose(self) -> None:
            try:
                with perform():
                    await self.stream.aclose()
            finally:
                self.tape.over("closed")

    return AsyncTee


class _Passing:
    """The chunks of a tee for one who reads them: OpenAI's SDK reads twice, what is said and then what is left.

    Each reader has an iterator of its own below, for one that is let go of closes the connection. No generator: a
    context variable set in one leaks to its consumer.
    """

    def __init__(self, tee: Any) -> None:
        self._tee, self._source = tee, aiter(tee.stream)

    def __aiter__(self) -> "_Passing":
        return self

    async def __anext__(self) -> bytes:
        tape: Tape = self._tee.tape
        with perform():
            try:
                chunk = await anext(self._source)
            except StopAsyncIteration:
                tape.over("complete")
                raise
            except BaseException as error:
                tape.over(failure_of(error))
                raise
        try:
            return tape.pass_on(chunk)
        except OaoHalt:
            await self._tee.aclose()
            raise


def _recorded(library: ModuleType) -> Callable[[Exchange, Streamed, Callable[[Raised], BaseException], Gateway], Any]:
    class RecordedStream(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc,name-defined]
        """Yields the recorded chunks, and then ends, raises, or refuses to go on, as the recorded stream did."""

        def __init__(
            self,
            exchange: Exchange,
            outcome: Streamed,
            raised: Callable[[Raised], BaseException],
            gateway: Gateway,
        ) -> None:
            self.exchange, self.outcome, self.raised, self.gateway = exchange, as_left(outcome), raised, gateway

        def __iter__(self) -> Iterator[bytes]:
            yield from self.outcome.chunks()
            self.end()

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in self.outcome.chunks():
                yield chunk
            if was_cancelled(self.outcome.end):
                await until_cancelled(self.exchange, self.gateway)
            self.end()

        def end(self) -> None:
            stop_where_cancelled(self.exchange, self.outcome.end, self.gateway)
            if isinstance(self.outcome.end, Raised):
                raise self.raised(self.outcome.end)
            stop_where_closed(self.exchange, self.outcome, self.gateway)

    return RecordedStream
