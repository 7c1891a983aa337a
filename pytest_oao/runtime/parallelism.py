"""Several pieces of work at once, in an order that no clock decides: what `oao.parallel` is.

Each piece gets a lane in the order of the arguments. When one fails, the others go on to their end: how far they would
have come until then is what differs from run to run.
"""

import asyncio
import sys
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, Generic, TypeAlias, TypeVar, cast, overload

from pytest_oao.runtime.running import current

T = TypeVar("T")
Work: TypeAlias = Any
"""A coroutine, or a function without arguments of either kind."""


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    """What a piece of work came to."""

    value: T | None = None
    error: BaseException | None = None


class _Nothing(list[Any]):
    """The results of no work, for callers of either kind."""

    def __await__(self) -> Generator[Any, None, list[Any]]:
        yield from ()
        return self


@overload
def parallel(  # type: ignore[overload-overlap]  # a function that returns an awaitable is an async one
    *work: Awaitable[T] | Callable[[], Awaitable[T]], limit: int | None = None
) -> Coroutine[Any, Any, list[T]]: ...
@overload
def parallel(*work: Callable[[], T], limit: int | None = None) -> list[T]: ...
def parallel(*work: Work, limit: int | None = None) -> Any:
    """Do several pieces of work at once, at most `limit` of them; returns their results in the order of the arguments.

    Functions without arguments run in threads, and the results are returned. As soon as one of the arguments is a
    coroutine or an async function, the call is to be awaited; each runs in a task then, functions in a thread of their
    own still. All are done when it returns or raises: the first error, in the order of the arguments, with a note on
    the others. Whoever cancels it cancels them all.
    """
    if limit is not None and limit < 1:
        _close(work)
        raise ValueError(f"limit={limit}: at least one piece of work must run at a time")
    for one in work:
        if not (callable(one) or isawaitable(one)):
            _close(work)
            raise TypeError(
                f"{one!r:.80} is neither a function nor a coroutine: write `lambda: f(x)`, or `f(x)` if async"
            )
    if not work:
        return _Nothing()
    at_once = min(limit or len(work), len(work))
    return _awaited(work, at_once) if any(map(_is_async, work)) else _results(_in_threads(work, at_once))


def _is_async(one: Work) -> bool:
    return isawaitable(one) or iscoroutinefunction(one) or iscoroutinefunction(getattr(one, "__call__", None))  # noqa: B004


def _close(work: Sequence[Work]) -> None:
    """Give up coroutines that will not be awaited."""
    for one in filter(iscoroutine, work):
        one.close()


def _in_threads(work: Sequence[Callable[[], T]], at_once: int) -> list[_Done[T]]:
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(_carried(_called), one) for one in work]
    return [future.result() for future in futures]


def _carried(function: Callable[..., T]) -> Callable[..., T]:
    """Return a function that sees the caller's context variables in a thread, too; in a session they all do."""
    return function if current() is not None else partial(copy_context().run, function)


def _called(function: Callable[[], T]) -> _Done[T]:
    try:
        value = function()
    except BaseException as error:  # noqa: BLE001 - raised where the results are
        return _Done(error=error)
    if iscoroutine(value):
        value.close()
        name = getattr(function, "__qualname__", repr(function))
        return _Done(
            error=TypeError(f"{name} returned a coroutine: give it to parallel() itself, not a function around it")
        )
    return _Done(value)


async def _awaited(work: Sequence[Work], at_once: int) -> list[Any]:
    trio = sys.modules.get("trio")
    run = _in_tasks if trio is None or not trio.lowlevel.in_trio_run() else _in_nursery
    pool = ThreadPoolExecutor(at_once)
    try:
        return _results(await run(work, at_once, pool))
    finally:
        pool.shutdown(wait=False)  # all is done, unless somebody cancels: then the loop does not wait for a thread


async def _in_tasks(work: Sequence[Work], at_once: int, pool: ThreadPoolExecutor) -> list[_Done[Any]]:
    turn, loop = asyncio.Semaphore(at_once), asyncio.get_running_loop()

    async def done(one: Work) -> _Done[Any]:
        async with turn:
            if not _is_async(one):
                return await loop.run_in_executor(pool, _carried(_called), one)
            return await _settled(one)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(done(one)) for one in work]
    except BaseExceptionGroup as stopped:
        raise stopped.exceptions[0] from None
    return [_Done(error=CancelledError()) if task.cancelled() else task.result() for task in tasks]


async def _in_nursery(work: Sequence[Work], at_once: int, _: ThreadPoolExecutor) -> list[_Done[Any]]:
    import trio  # noqa: PLC0415 - it runs

    turn, results = trio.CapacityLimiter(at_once), cast("list[_Done[Any]]", [None] * len(work))

    async def done(position: int, one: Work) -> None:
        async with turn:
            is_async = _is_async(one)
            results[position] = await (_settled(one) if is_async else trio.to_thread.run_sync(_called, one))

    try:
        async with trio.open_nursery() as nursery:
            for position, one in enumerate(work):
                nursery.start_soon(done, position, one)
    except BaseExceptionGroup as stopped:
        raise stopped.exceptions[0] from None
    return results


async def _settled(one: Work) -> _Done[Any]:
    """Return what a piece of work comes to; what is no `Exception` stops the others, as does what stops them all."""
    try:
        return _Done(await (one if isawaitable(one) else one()))
    except Exception as error:  # noqa: BLE001 - raised where the results are
        return _Done(error=error)


def _results(done: Sequence[_Done[T]]) -> list[T]:
    """Return the values; raises what stops a run, else the first error."""
    failed = [(position, one.error) for position, one in enumerate(done) if one.error is not None]
    if not failed:
        return [cast("T", one.value) for one in done]
    failed.sort(key=lambda failure: isinstance(failure[1], Exception))
    (_, first), *others = failed
    for position, error in others:
        if error is not first:
            first.add_note(
                f"argument {position + 1} of parallel() failed as well: {type(error).__name__}: {error!s:.200}"
            )
    raise first
