"""`oao.tool`: any function as a tool, whose calls are recorded and replayed."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from contextlib import aclosing
from typing import Any, ParamSpec, TypeVar, overload

from pytest_oao.adapters.signatures import Arguments
from pytest_oao.adapters.told_results import reader_of
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.performances import generated, generated_async, performed, performed_async
from pytest_oao.runtime.value_calls import Asked
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode

P = ParamSpec("P")
R = TypeVar("R")


@overload
def tool(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def tool(
    *,
    name: str = "",
    ignore: Iterable[str] = (),
    keep: Callable[[Any], JSON] = encode,
    revive: Callable[[JSON], Any] = decode,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def tool(
    function: Any = None,
    /,
    *,
    name: str = "",
    ignore: Iterable[str] = (),
    keep: Callable[[Any], JSON] = encode,
    revive: Callable[[JSON], Any] = decode,
) -> Any:
    """Make a function a tool: each of its calls is recorded, and answered from the record in a replay.

    For functions, methods, coroutine functions, generators and asynchronous generators. `name` is the function's own
    unless given. Arguments in `ignore` are neither recorded nor compared: connections, contexts. `keep` turns a result
    into plain data where it is of a class that a record has no form for, and `revive` that into the result again.
    """
    if function is None:
        return functools.partial(tool, name=name, ignore=tuple(ignore), keep=keep, revive=revive)
    if isinstance(function, staticmethod | classmethod):
        inner = tool(name=name, ignore=ignore, keep=keep, revive=revive)(function.__func__)
        return type(function)(inner)
    label = name or getattr(function, "__name__", type(function).__name__)
    arguments = Arguments(function, ignore)
    attributes: dict[str, JSON] = {TOOL_NAME: label}
    told = reader_of(function)

    def asked(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Asked:
        given, receiver = arguments.named(args, kwargs), arguments.receiver(args)
        return Asked(TOOL, label, given, attributes, keep, revive, told=told, receiver=receiver)

    return recorded(function, asked)


Asking = Callable[[tuple[Any, ...], dict[str, Any]], Asked]
"""Returns what a call of a function with these arguments asks."""


def recorded(function: Callable[..., Any], asked: Asking) -> Callable[..., Any]:
    """Return a function that does as `function` does, and whose calls are host calls."""
    for holds, make in _FORMS:
        if holds(function):
            return make(function, asked)
    return _sync(function, asked)


def _sync(function: Callable[..., Any], asked: Asking) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return performed(asked(args, kwargs), lambda: function(*args, **kwargs))

    return call


def _async(function: Callable[..., Any], asked: Asking) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await performed_async(asked(args, kwargs), lambda: function(*args, **kwargs))

    return call


def _generator(function: Callable[..., Any], asked: Asking) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        return (yield from generated(asked(args, kwargs), lambda: function(*args, **kwargs)))

    return call


def _async_generator(function: Callable[..., Any], asked: Asking) -> Callable[..., Any]:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async with aclosing(generated_async(asked(args, kwargs), lambda: function(*args, **kwargs))) as values:
            async for value in values:
                yield value

    return call


def _of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Ask a function, what a partial is made of, and the `__call__` of an object that is called."""

    def asks(function: Any) -> bool:
        while isinstance(function, functools.partial):
            function = function.func
        return holds(function) or (not inspect.isroutine(function) and holds(getattr(function, "__call__", None)))  # noqa: B004

    return asks


_FORMS = (
    (_of(inspect.iscoroutinefunction), _async),
    (_of(inspect.isasyncgenfunction), _async_generator),
    (_of(inspect.isgeneratorfunction), _generator),
)
