"""Exceptions: class, arguments, message and state, made anew without running a constructor of theirs.

What is not found among the imported modules is made as a stand-in of the same name, arguments and message.
"""

import builtins
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pytest_oao.values import validation_errors
from pytest_oao.values.classes import found, is_found, name_of
from pytest_oao.values.unkept import Unreadable


def arguments_of(error: BaseException) -> tuple[Any, ...]:
    """Return what an exception was made of; of an OSError with the file's name, which `args` leaves out."""
    if validation_errors.is_one(type(error)):
        return validation_errors.arguments_of(error)
    if isinstance(error, OSError):
        reduced = error.__reduce__()
        if isinstance(reduced, tuple) and isinstance(reduced[1], tuple):
            return reduced[1]
    return error.args


def facts_of(error: BaseException) -> dict[str, str]:
    """Return what tells the class again: its name, or its label and what it stands for where it has none."""
    cls = type(error)
    base = {} if isinstance(error, Exception) else {"base": "BaseException"}
    return {"class": name_of(cls), **base} if is_found(cls) else {"class": f":{cls.__qualname__}", **base}


def made(facts: Mapping[str, Any], args: tuple[Any, ...], message: str, state: Mapping[str, Any]) -> BaseException:
    """Make an exception anew."""
    name = str(facts["class"])
    cls = found(name)
    if cls is None or not issubclass(cls, BaseException):
        return _stand_in(name, facts, args, message, state)
    base: Any = next(one for one in cls.__mro__ if one.__module__ == "builtins")
    try:
        if validation_errors.is_one(cls):
            return validation_errors.made(cls, args)
        error: BaseException = base.__new__(cls, *args)
        base.__init__(error, *args)
    except (TypeError, ValueError) as why:
        raise Unreadable(f"no {name} can be made of what was kept: {why}") from why
    if args and not isinstance(error, OSError):
        error.args = args
    error.__dict__.update(state)
    return error


def _stand_in(
    name: str, facts: Mapping[str, Any], args: tuple[Any, ...], message: str, state: Mapping[str, Any]
) -> BaseException:
    cls = _stand_in_class(name, str(facts.get("base", "Exception")))
    error = cls(*args)
    error.__dict__.update(state, _oao_message=message)
    return error


@lru_cache(maxsize=256)
def _stand_in_class(name: str, base: str) -> type[BaseException]:
    module, _, path = name.partition(":")
    kind = getattr(builtins, base) if base == "BaseException" else Exception
    body = {"__module__": module or __name__, "__str__": lambda self: self._oao_message, "__qualname__": path}
    return type(path.rpartition(".")[2], (kind,), body)
