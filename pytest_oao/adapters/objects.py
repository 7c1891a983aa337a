"""`oao.wrap`: an object whose methods are tools: a client of a database, or of a library without an adapter."""

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar, cast

from pytest_oao.adapters.functions import recorded
from pytest_oao.adapters.signatures import Arguments
from pytest_oao.errors import BadOption
from pytest_oao.model.attributes import TOOL_NAME
from pytest_oao.model.kinds import TOOL
from pytest_oao.runtime.value_calls import Asked

T = TypeVar("T")


def wrap(obj: T, methods: Iterable[str] | None = None, *, name: str = "", ignore: Iterable[str] = ()) -> T:
    """Return a stand-in for an object: calls of its methods are recorded, and answered from the record in a replay.

    `methods` are all public ones unless given. A call is named `name.method`; `name` is the name of the object's class,
    or of the module, unless given. Arguments in `ignore` are neither recorded nor compared. Raises BadOption for a
    method that the object does not have. What is no method passes through, also in a replay.
    """
    import wrapt  # noqa: PLC0415 - late: only who wraps needs it

    named = _methods(obj, methods)
    label = name or (obj.__name__ if inspect.ismodule(obj) or isinstance(obj, type) else type(obj).__name__)
    ignored = tuple(ignore)

    class Wrapped(wrapt.ObjectProxy[Any]):
        def __enter__(self) -> Any:
            entered = self.__wrapped__.__enter__()
            return self if entered is self.__wrapped__ else entered

        async def __aenter__(self) -> Any:
            entered = await self.__wrapped__.__aenter__()
            return self if entered is self.__wrapped__ else entered

        def __getattr__(self, attribute: str) -> Any:
            found = super().__getattr__(attribute)
            return _tool(found, f"{label}.{attribute}", ignored) if attribute in named else found

    return cast("T", Wrapped(obj))


def _methods(obj: object, methods: Iterable[str] | None) -> frozenset[str]:
    if methods is None:
        public = (name for name in dir(obj) if not name.startswith("_"))
        return frozenset(name for name in public if inspect.isroutine(getattr(type(obj), name, getattr(obj, name))))
    named = frozenset([methods] if isinstance(methods, str) else methods)
    for one in sorted(named):
        if not callable(getattr(obj, one, None)):
            raise BadOption(f"{type(obj).__name__} has no method {one!r}", where="oao.wrap", remedy="look at its name")
    return named


def _tool(method: Callable[..., Any], label: str, ignored: tuple[str, ...]) -> Callable[..., Any]:
    return recorded(method, partial(_asked, Arguments(method, ignored), label, getattr(method, "__self__", None)))


def _asked(arguments: Arguments, label: str, receiver: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Asked:
    return Asked(TOOL, label, arguments.named(args, kwargs), {TOOL_NAME: label}, receiver=receiver)
