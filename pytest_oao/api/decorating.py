"""A recorder as a decorator: each call of a function is a session of its own, whichever kind of function it is."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from functools import partial, wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, isroutine
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from pytest_oao.api.runs import Ended, Run

_LOG = logging.getLogger("pytest_oao")
_LATER = (CoroutineType, GeneratorType, AsyncGeneratorType)
Begin = Callable[[Sequence[Any], Mapping[str, Any]], Run]
"""Begins the session of one call of the function, which it is given the arguments of."""


def recorded(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    """Return a function of the same kind that records each call of it."""
    ran = _ran(function)
    wraps_it = next((wrap for is_one, wrap in _KINDS if is_one(function) or is_one(ran)), _plain)
    return wraps_it(function, begin)


def _ran(function: Any) -> object:  # noqa: ANN401 - whatever can be called
    """Return the function that a call runs, which tells the kind: of an object, the method of its class."""
    while isinstance(function, partial):
        function = function.func
    return function if isroutine(function) or not callable(function) else type(function).__call__


def _plain(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    tell = _Telling(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the function has it
        run = begin(args, kwargs)
        with Ended(run) as session, run.inside():
            session.output = output = function(*args, **kwargs)
        tell(output)
        return output

    return call


class _Telling:
    """Says once of a function that what it returned has yet to run, after its session."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = getattr(function, "__qualname__", repr(function))
        self._told = False

    def __call__(self, output: object) -> None:
        """Look at what the function returned."""
        if not self._told and isinstance(output, _LATER):
            self._told = True
            _LOG.warning(
                "%s returned a %s, which runs after its session and is not recorded: decorate the function "
                "that makes it, or have this one be `async def` and await it",
                self._name,
                type(output).__name__.replace("_", " "),
            )


def _coroutine(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the function has it
        run = begin(args, kwargs)
        with Ended(run) as session, run.inside():
            session.output = output = await function(*args, **kwargs)
            return output

    return call


def _generator(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(function)
    def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        run = begin(args, kwargs)
        with Ended(run):
            return (yield from _stepped(function(*args, **kwargs), run))

    return generate


def _stepped(source: Generator[Any, Any, Any], run: Run) -> Generator[Any, Any, Any]:
    """Run a generator on its session's strand, and whoever reads it on their own."""
    step = source.__next__
    while True:
        try:
            with run.inside():
                value = step()
        except StopIteration as end:
            return end.value
        try:
            sent = yield value
        except GeneratorExit:
            with run.inside():
                source.close()
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is told, it is told
            step = partial(source.throw, error)
        else:
            step = partial(source.send, sent)


def _async_generator(function: Callable[..., Any], begin: Begin) -> Callable[..., Any]:
    @wraps(function)
    async def generate(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        run = begin(args, kwargs)
        with Ended(run):
            source: AsyncGenerator[Any, Any] = function(*args, **kwargs)
            step: Callable[[], Awaitable[Any]] = source.__anext__
            while True:
                try:
                    with run.inside():
                        value = await step()
                except StopAsyncIteration:
                    return
                try:
                    sent = yield value
                except GeneratorExit:
                    with run.inside():
                        await source.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - as above
                    step = partial(source.athrow, error)
                else:
                    step = partial(source.asend, sent)

    return generate


_KINDS: tuple[tuple[Callable[[object], bool], Callable[..., Callable[..., Any]]], ...] = (
    (isasyncgenfunction, _async_generator),
    (isgeneratorfunction, _generator),
    (iscoroutinefunction, _coroutine),
)
