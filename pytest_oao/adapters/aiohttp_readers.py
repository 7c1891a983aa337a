"""Response bodies of aiohttp: its own reader, which gets its chunks from the live one, or from the record."""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Iterator
from functools import cache, partial
from types import ModuleType
from typing import Any

from pytest_oao.adapters.aiohttp_failures import exception_of, raised_by
from pytest_oao.adapters.tapes import Tape
from pytest_oao.errors import OaoHalt
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.overruns import as_left, stop_where_closed, until_cancelled_by, was_cancelled

Pull = Callable[[], Awaitable[tuple[bytes, bool]]]
"""Returns the next bytes, and whether they end a chunk of HTTP; nothing at the end."""


class Unpaused:
    """Stands for the connection that a reader slows down: what it gets was asked for."""

    connected = True
    _reading_paused = False

    def pause_reading(self) -> None:
        """Go on."""

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - as aiohttp calls it
        """Go on."""


@cache
def reader_class(library: ModuleType) -> Any:
    """Make the class of readers that pull what they are to give."""

    class PullingReader(library.StreamReader):  # type: ignore[misc,name-defined]  # of several versions
        """Pulls the next chunk when the agent reads beyond what it has, and so never more than that."""

        __slots__ = ("_oao_closed", "_oao_pull")

        def __init__(self, limit: int, pull: Pull, closed: Callable[[], object], loop: Any) -> None:
            super().__init__(Unpaused(), limit, loop=loop)
            self._oao_pull, self._oao_closed = pull, closed

        async def _wait(self, func_name: str) -> None:
            del func_name
            data, ends_chunk = await self._oao_pull()
            if data:
                self.begin_http_chunk_receiving()
                self.feed_data(data)
            if data and ends_chunk:
                self.end_http_chunk_receiving()
            elif not ends_chunk and not data:
                self.feed_eof()

        def set_exception(self, *args: Any) -> None:
            super().set_exception(*args)
            self._oao_closed()

    return PullingReader


def taped(library: ModuleType, response: Any, tape: Tape) -> Any:
    """Return a reader of a live response's body that puts on a tape what the agent reads."""
    live, loop = response.content, response._loop  # noqa: SLF001 - what the live reader was made with

    async def pull() -> tuple[bytes, bool]:
        try:
            data, ends_chunk = await live.readchunk()
        except BaseException as error:
            tape.over(raised_by(error))
            raise
        if data:
            try:
                tape.pass_on(data)
            except OaoHalt:
                response.close()
                raise
        elif not ends_chunk:
            tape.over("complete")
        return data, ends_chunk

    return reader_class(library)(live._low_water, pull, partial(tape.over, "closed"), loop)  # noqa: SLF001


def recorded(library: ModuleType, exchange: Exchange, gateway: Gateway, limit: int, over: Callable[[], object]) -> Any:
    """Return a reader of a recorded body, which ends, raises, or refuses to go on, as the recorded one did."""
    outcome = exchange.outcome
    assert isinstance(outcome, Returned | Streamed)
    chunks: Iterator[bytes] = outcome.chunks() if isinstance(outcome, Streamed) else iter([outcome.body.data])

    async def pull() -> tuple[bytes, bool]:
        data = next(chunks, b"")
        if not data:
            over()
            await _end(library, exchange, outcome, gateway)
        return data, bool(data)

    return reader_class(library)(limit, pull, over, None)


async def _end(library: ModuleType, exchange: Exchange, outcome: Returned | Streamed, gateway: Gateway) -> None:
    if isinstance(outcome, Returned):
        return
    outcome = as_left(outcome)
    if was_cancelled(outcome.end):
        await until_cancelled_by(sleep, exchange, gateway)
    if isinstance(outcome.end, Raised):
        raise exception_of(outcome.end, library, None)
    stop_where_closed(exchange, outcome, gateway)
