"""Connections to MCP servers: how one fails is a call of its own, so that it fails in replay, where none is made."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from pytest_oao.adapters.mcp_errors import error_of, failure_of
from pytest_oao.errors import OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.kinds import MCP
from pytest_oao.model.outcomes import Raised
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import perform

_CLIENTS: "WeakKeyDictionary[Any, Nowhere | None]" = WeakKeyDictionary()
"""What memory streams that client sessions write to have in common with their other ends, and what they lead to."""


def state_of(stream: object) -> Any:
    """Return what both ends of a memory stream have in common; None of other streams."""
    return getattr(getattr(stream, "_inner", stream), "_state", None)


def spoken_to(stream: object) -> "Nowhere | None":
    """Return where a stream leads that a client session writes to: nowhere, or None."""
    state = state_of(stream)
    return None if state is None else _CLIENTS.setdefault(state, None)


def is_spoken_to(stream: object) -> bool:
    """Whether a client session writes to the other end of a stream."""
    return state_of(stream) in _CLIENTS


class Somewhere:
    """A transport while recording: what it does is the performance of calls; the code between is the agent's."""

    def __init__(self, manager: AbstractAsyncContextManager[Any], gateway: Gateway) -> None:
        self._manager, self._gateway = manager, gateway
        self._call = _failing(gateway)

    async def __aenter__(self) -> Any:
        try:
            with perform():
                return await self._manager.__aenter__()
        except Exception as error:
            self._failed(error)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            with perform():
                return await self._manager.__aexit__(kind, error, trace)
        except Exception as raised:
            agents = set(map(id, _leaves(error)))
            for leaf in _leaves(raised):
                if id(leaf) not in agents and isinstance(leaf, Exception):
                    self._failed(leaf)
                    break
            raise

    def _failed(self, error: Exception) -> None:
        if self._gateway.halted is None:
            admission = self._gateway.admit(self._call)
            self._gateway.settle(admission, failure_of(error))


class Nowhere:
    """A transport in replay: it opens nothing, and breaks where the recorded one did."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._call = _failing(gateway)
        self._tasks: Any = None

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[tuple[Any, Any]]:
        """Yield streams that nothing comes from, and that nothing can be written to."""
        import anyio  # noqa: PLC0415 - mcp brings it

        failure = self._failure()
        if failure is not None:
            raise failure
        coming, read = anyio.create_memory_object_stream[Any]()
        write, going = anyio.create_memory_object_stream[Any]()
        going.close()
        _CLIENTS[state_of(write)] = self
        with coming, read, write:
            async with anyio.create_task_group() as self._tasks:  # every transport has one: it groups what is raised
                yield read, write
                self._tasks.cancel_scope.cancel()

    def breaks(self) -> bool:
        """Break if the recorded transport broke now: who waits for it is cancelled, and sees it when it is left."""
        failure = self._failure()
        if failure is None:
            return False
        with perform():  # a task that is no strand of the agent's
            self._tasks.start_soon(_raise, failure)
        return True

    def _failure(self) -> BaseException | None:
        """Return what the transport raises now, if it does."""
        if not self._gateway.source.expects(self._call):
            return None
        recorded = self._gateway.admit(self._call).recorded
        if recorded is None or not isinstance(recorded.outcome, Raised):
            return None
        return error_of(recorded.outcome, self._gateway)


def _failing(gateway: Gateway) -> Call:
    return Call(MCP, "connection", lane=gateway.lane.path)


async def _raise(error: BaseException) -> None:
    raise error


def _leaves(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, or those of a group; halts of the session are none of a transport's."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    elif error is not None and not isinstance(error, OaoHalt):
        yield error
