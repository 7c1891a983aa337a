"""The method by which a framework calls its tools, wherever below its class it is defined, now or later."""

from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any

from pytest_oao.adapters.patching import Patches

Method = Callable[..., Any]

_RUNNING: ContextVar[tuple[object, ...]] = ContextVar("oao_running_tools", default=())


def wrap_everywhere(patches: Patches, base: type, name: str, make: Callable[[Method], Method]) -> None:
    """Replace a method in a class and in all subclasses that define it, also in those that are made from now on."""
    for cls in (base, *_below(base)):
        if name in vars(cls):
            patches.wrap(cls, name, make)

    def init_subclass(original: Any) -> Any:
        hook = getattr(original, "__func__", None)

        def __init_subclass__(cls: type, /, **kwargs: Any) -> None:  # noqa: N807 - it takes the place of that
            if hook is None:  # the one of `object`
                original(**kwargs)
            else:
                hook(cls, **kwargs)
            if name in vars(cls):
                setattr(cls, name, make(vars(cls)[name]))

        return classmethod(__init_subclass__)

    patches.wrap(base, "__init_subclass__", init_subclass)


def _below(base: type) -> Iterator[type]:
    cls: type
    for cls in base.__subclasses__():
        yield cls
        yield from _below(cls)


def is_running(tool: object) -> bool:
    """Whether the running code is part of a call of this very tool: a method that calls the one it overrides."""
    return any(one is tool for one in _RUNNING.get())


def run(tool: object, body: Callable[[], Any]) -> Any:
    """Run the body of a tool's call."""
    token = _RUNNING.set((*_RUNNING.get(), tool))
    try:
        return body()
    finally:
        _RUNNING.reset(token)


async def run_async(tool: object, body: Callable[[], Awaitable[Any]]) -> Any:
    """Run the body of a tool's asynchronous call."""
    token = _RUNNING.set((*_RUNNING.get(), tool))
    try:
        return await body()
    finally:
        _RUNNING.reset(token)
