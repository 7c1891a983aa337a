"""Objects of classes: their state ⇄ plain data. They are made anew without running a constructor of theirs."""

import dataclasses
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from types import MemberDescriptorType, SimpleNamespace
from typing import Any, NamedTuple

from pytest_oao.values.unkept import Unreadable

State = Mapping[str, Any]


class Kind(NamedTuple):
    """One kind of class: which classes are of it, what their objects hold, and how one is made of that."""

    name: str
    holds: Callable[[type], bool]
    state: Callable[[Any], State]
    make: Callable[[type, State], Any]


def _is_model(cls: type) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(cls, pydantic.BaseModel)


_PARTS = {"fields": "__dict__", "extra": "__pydantic_extra__", "private": "__pydantic_private__"}


def _model_state(model: Any) -> State:
    state = model.__getstate__()
    told = {name: state[key] for name, key in _PARTS.items() if state.get(key)}
    return {**told, "set": sorted(state["__pydantic_fields_set__"])}


def _model(cls: Any, state: State) -> object:
    made = object.__new__(cls)
    given = {key: state.get(name) for name, key in _PARTS.items()}
    given["__dict__"] = given["__dict__"] or {}
    if given["__pydantic_extra__"] is None and cls.model_config.get("extra") == "allow":
        given["__pydantic_extra__"] = {}
    sys.modules["pydantic"].BaseModel.__setstate__(made, {**given, "__pydantic_fields_set__": set(state["set"])})
    return made


def _named(value: Any, names: Iterable[str]) -> State:
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _attribute_names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in cls.__attrs_attrs__)


def _filled(cls: Any, state: State, names: Collection[str]) -> object:
    """Make an object with these fields: past properties, which are code, and nothing that is no field of the class."""
    made = object.__new__(cls)
    for name, value in state.items():
        if name not in names:
            raise ValueError(f"it has no field {name[:60]!r}")
        slot = next((vars(one)[name] for one in cls.__mro__ if name in vars(one)), None)
        if isinstance(slot, MemberDescriptorType):
            slot.__set__(made, value)
        else:
            vars(made)[name] = value
    return made


def _member(cls: Any, state: State) -> object:
    if "name" in state:
        return cls.__members__[state["name"]]
    return cls(state["value"])


def _member_state(member: Any) -> State:
    name = member.name
    return {"name": name} if name in type(member).__members__ else {"value": member.value}


_PLAIN: tuple[type, ...] = (str, int, float, bytes, tuple, list, dict)


def _extends_plain(cls: type) -> bool:
    return issubclass(cls, _PLAIN)


_EXACT: Mapping[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    list: list.copy,
    dict: dict.copy,
}
"""The plain value in one of a class of its own, past what that class overrides."""


def _plain_of(cls: type) -> type:
    return next(plain for plain in _PLAIN if issubclass(cls, plain))


def _extended_state(value: Any) -> State:
    plain = _plain_of(type(value))
    state = {"value": plain(_EXACT[plain](value))}
    return {**state, "state": dict(vars(value))} if getattr(value, "__dict__", None) else state


def _extended(cls: Any, state: State) -> object:
    plain: Any = _plain_of(cls)
    made: Any
    if plain in {list, dict}:
        made = plain.__new__(cls)
        plain.__init__(made, state["value"])
    else:
        made = plain.__new__(cls, state["value"])
    if "state" in state:
        vars(made).update(state["state"])
    return made


def _is_of_slots(cls: type) -> bool:
    """Whether the objects of a class hold what its slots say and nothing else, and are compared by it."""
    own = cls.__mro__[:-1]
    return all("__slots__" in vars(one) for one in own) and any("__eq__" in vars(one) for one in own)


def _slot_names(cls: type) -> tuple[str, ...]:
    slots = (vars(one)["__slots__"] for one in cls.__mro__[:-1])
    return tuple(name for one in slots for name in ((one,) if isinstance(one, str) else one))


def _of_names(name: str, holds: Callable[[type], bool], names: Callable[[Any], Collection[str]]) -> Kind:
    """Return a kind whose objects are told by the values of named fields."""
    return Kind(
        name,
        holds,
        lambda value: _named(value, names(type(value))),
        lambda cls, state: _filled(cls, state, names(cls)),
    )


KINDS = (
    Kind("enum", lambda cls: issubclass(cls, Enum), _member_state, _member),
    Kind("model", _is_model, _model_state, _model),
    _of_names("dataclass", dataclasses.is_dataclass, _field_names),
    _of_names("attrs", lambda cls: "__attrs_attrs__" in vars(cls), _attribute_names),
    Kind("namespace", lambda cls: cls is SimpleNamespace, vars, lambda cls, state: cls(**state)),
    _of_names("slots", _is_of_slots, _slot_names),
    Kind("extended", _extends_plain, _extended_state, _extended),
)


def kind_of(cls: type) -> Kind | None:
    """Return of which kind a class is, None of a class whose objects cannot be told by their state.

    Those that do something when they are gone are none: what was made of a record would do it too.
    """
    if hasattr(cls, "__del__"):
        return None
    return next((kind for kind in KINDS if kind.holds(cls)), None)


def made(name: str, cls: type, state: State) -> object:
    """Make an object of a class, which must be of the named kind; raises Unreadable."""
    kind = kind_of(cls)
    if kind is None or kind.name != name:
        raise Unreadable(f"{cls.__module__}:{cls.__qualname__} is no {name} any more")
    try:
        return kind.make(cls, state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"no {cls.__qualname__} can be made of what was kept: {error}") from error
