"""Calls of functions: answered from the record, or performed and kept.

What a tool's body does runs in a lane of its own, below the caller's: the host calls in it are exchanges too.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing, contextmanager
from typing import Any

from pytest_oao.errors import OaoHalt
from pytest_oao.runtime.lanes import in_lane, performing
from pytest_oao.runtime.raised_values import raised_of
from pytest_oao.runtime.retrying import tries_of_tool
from pytest_oao.runtime.running import current
from pytest_oao.runtime.value_calls import Asked, ValueCall
from pytest_oao.runtime.value_tapes import ValueTape

_END: Any = object()


def admitted(asked: Asked) -> ValueCall | None:
    """Have a call admitted, None where it is nobody's affair: no session runs, or it is part of another call."""
    gateway = current()
    return None if gateway is None or performing() else ValueCall(gateway, asked)


def performed(asked: Asked, run: Callable[[], Any], answered: Callable[[ValueCall], Any] | None = None) -> Any:  # noqa: ANN401 - what the tool returned
    """Return what a call is answered with, or what `run()` returns.

    `answered(call)` is for frameworks that do more around a tool: it returns `call.answer()`, and does the rest.
    A call that fails is made again where the policy says so.
    """
    tries = tries_of_tool(asked.kind, asked.target)
    while True:
        try:
            return _performed(asked, run, answered)
        except Exception as error:
            if not tries.again(error):
                raise
        tries.wait()


def _performed(asked: Asked, run: Callable[[], Any], answered: Callable[[ValueCall], Any] | None) -> Any:  # noqa: ANN401 - as above
    call = admitted(asked)
    if call is None:
        return run()
    call.await_first()
    if call.is_answered:
        if answered is None:
            return call.answer()
        with in_lane(call.replayed_lane()):
            return answered(call)
    try:
        with in_lane(call.lane):
            result = run()
    except BaseException as error:
        call.raised(error)
        raise
    call.returned(result)
    return result


async def performed_async(
    asked: Asked, run: Callable[[], Awaitable[Any]], answered: Callable[[ValueCall], Awaitable[Any]] | None = None
) -> Any:  # noqa: ANN401 - as above
    """Return what a call is answered with, or what `await run()` returns; `answered(call)` as above."""
    tries = tries_of_tool(asked.kind, asked.target)
    while True:
        try:
            return await _performed_async(asked, run, answered)
        except Exception as error:
            if not tries.again(error):
                raise
        await tries.wait_async()


async def _performed_async(
    asked: Asked, run: Callable[[], Awaitable[Any]], answered: Callable[[ValueCall], Awaitable[Any]] | None
) -> Any:  # noqa: ANN401 - as above
    call = admitted(asked)
    if call is None:
        return await run()
    await call.await_first_async()
    if call.is_answered:
        if answered is None:
            return await call.answer_async()
        with in_lane(call.replayed_lane()):
            return await answered(call)
    return await _settled(call, run)


async def _settled(call: ValueCall, run: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - as above
    """Perform a call and keep what it came to."""
    try:
        with in_lane(call.lane):
            result = await run()
    except BaseException as error:
        call.raised(error)
        raise
    call.returned(result)
    return result


async def delegated_async(asked: Asked, run: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what it returned
    """Return what `await run()` returns: that of an agent, which runs in a replay too, and whose calls are answered."""
    call = admitted(asked)
    if call is None:
        return await run()
    if call.is_answered:
        with in_lane(call.replayed_lane()):
            return await run()
    return await _settled(call, run)


def generated(asked: Asked, run: Callable[[], Generator[Any, Any, Any]]) -> Generator[Any, Any, Any]:
    """Yield what a generator yielded when it was recorded, or what `run()` yields."""
    call = admitted(asked)
    if call is None:
        return (yield from run())
    if call.is_answered:
        return (yield from call.items())
    tape = call.tape()
    call.open(tape)
    with _taped(tape), closing(run()) as source:
        sent = None
        while True:
            try:
                with in_lane(call.lane):  # never over a yield: it would leak to whoever reads
                    value = next(source) if sent is None else source.send(sent)
            except StopIteration as end:
                if end.value is not None:
                    call.refuse("it returns a value besides those that it yields")
                return end.value
            tape.passed(value)
            sent = yield value
            if sent is not None:
                call.refuse("it is sent values, which a record does not have")


async def generated_async(asked: Asked, run: Callable[[], AsyncGenerator[Any, Any]]) -> AsyncGenerator[Any, None]:
    """Yield what an asynchronous generator yielded when it was recorded, or what `run()` yields."""
    call = admitted(asked)
    if call is None:
        async with aclosing(run()) as source:
            async for value in source:
                yield value
        return
    if call.is_answered:
        for value in call.items():
            yield value
        return
    tape = call.tape()
    call.open(tape)
    with _taped(tape):
        async with aclosing(run()) as source:
            while True:
                with in_lane(call.lane):
                    value = await anext(source, _END)
                if value is _END:
                    return
                tape.passed(value)
                yield value


@contextmanager
def _taped(tape: ValueTape) -> Iterator[None]:
    """Say how a generator ended; where the session was halted, it did not."""
    try:
        yield
    except GeneratorExit:
        tape.over("closed")
        raise
    except OaoHalt:
        raise
    except BaseException as error:
        tape.over(raised_of(error))
        raise
    tape.over("complete")
