"""How a function's arguments are named in a record."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_RECEIVERS = frozenset({"self", "cls"})
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Arguments:
    """What a function is called with, by the names of its parameters: only what was passed, in the declared order.

    The object that a method is called on is none of them, nor are the `ignored` ones.
    """

    def __init__(self, function: Callable[..., Any], ignored: Iterable[str] = ()) -> None:
        parameters = _parameters(function)
        self._positional = [one.name for one in parameters if one.kind in _POSITIONAL]
        receiver = bool(self._positional) and self._positional[0] in _RECEIVERS and _is_of_class(function)
        self._receivers = self._positional[:1] if receiver else []
        self._ignored = frozenset((*ignored, *self._receivers))
        self._order = {one.name: place for place, one in enumerate(parameters)}

    def receiver(self, args: tuple[Any, ...]) -> object:
        """Return what a method is called on, None of a function that is none."""
        return args[0] if self._receivers and args else None

    def named(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments by name; those beyond the named ones as `*`."""
        found = dict(zip(self._positional, args, strict=False))
        if kwargs:
            twice = found.keys() & kwargs.keys()  # positional-only ones, beside `**kwargs` of the same name
            found |= {f"**{name}" if name in twice else name: value for name, value in kwargs.items()}
            found = {name: found[name] for name in sorted(found, key=self._place)}
        if self._ignored:
            found = {name: value for name, value in found.items() if name not in self._ignored}
        if len(args) > len(self._positional):
            found["*"] = list(args[len(self._positional) :])
        return found

    def _place(self, name: str) -> int:
        return self._order.get(name, len(self._order))


def _is_of_class(function: Callable[..., Any]) -> bool:
    """Whether a function is defined in the body of a class."""
    home = getattr(function, "__qualname__", "").rpartition(".")[0]
    return bool(home) and not home.endswith("<locals>")


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # of C code that does not tell
        return []
