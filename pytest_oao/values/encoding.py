"""Python values → plain data: as JSON, or as an object with a tag; what has no faithful form is refused."""

import json
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.values.arrays import array_form
from pytest_oao.values.classes import is_found, label, name_of
from pytest_oao.values.exceptions import arguments_of, facts_of
from pytest_oao.values.objects import kind_of
from pytest_oao.values.scalars import SCALARS, is_plain_float
from pytest_oao.values.unkept import TAG, Unkept

_MOST = 1 << 10_000
"""Whole numbers beyond it have more digits than Python reads."""
_DEEPEST = 100
"""Levels of a value; a deeper one most likely holds itself."""


def encode(value: object, place: str = "$", depth: int = 0) -> JSON:
    """Return a value as plain data; raises Unkept."""
    kind = type(value)
    if kind is str or kind is bool or value is None or (kind is int and _MOST > value > -_MOST):  # type: ignore[operator]
        return value  # type: ignore[return-value]
    if kind is float and is_plain_float(value):  # type: ignore[arg-type]
        return value  # type: ignore[return-value]
    if depth > _DEEPEST:
        raise Unkept(label(value), place, "it holds itself, or is nested too deep")
    if kind is dict:
        return _mapping(value, place, depth)  # type: ignore[arg-type]
    if kind is list:
        return _items(value, place, depth)  # type: ignore[arg-type]
    return _tagged(value, place, depth)


def _items(items: Iterable[object], place: str, depth: int) -> list[JSON]:
    return [encode(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(items)]


def _mapping(mapping: Mapping[Any, Any], place: str, depth: int) -> JSON:
    if all(type(key) is str for key in mapping) and TAG not in mapping:
        return _texts(mapping, place, depth)
    return {TAG: "dict", **_entries(mapping, place, depth)}


def _entries(mapping: Mapping[Any, Any], place: str, depth: int) -> JSONObject:
    """Return what has a text for its key as an object, in which secrets are known by their names; the rest as pairs."""
    if all(type(key) is str for key in mapping):
        return {"entries": _texts(mapping, place, depth)}
    named = {key: value for key, value in mapping.items() if type(key) is str}
    others = {key: value for key, value in mapping.items() if type(key) is not str}
    order: list[JSON] = [type(key) is str for key in mapping]
    return {"entries": _texts(named, place, depth), "pairs": _pairs(others, place, depth), "order": order}


def _pairs(mapping: Mapping[Any, Any], place: str, depth: int) -> list[JSON]:
    return [_items(pair, f"{place}[{pair[0]!r:.40}]", depth) for pair in mapping.items()]


def _texts(mapping: Mapping[str, Any], place: str, depth: int) -> JSONObject:
    return {key: encode(value, f"{place}.{key}", depth + 1) for key, value in mapping.items()}


def _tagged(value: object, place: str, depth: int) -> JSON:
    collection = _COLLECTIONS.get(type(value))
    if collection is not None:
        return collection(value, place, depth)
    scalar = SCALARS.get(type(value))
    if scalar is not None:
        return {TAG: scalar.name, "text": scalar.write(value)}
    if isinstance(value, BaseException):
        return exception_form(value, place, depth)
    return array_form(value) or _object(value, place, depth)


def _tuple(value: Any, place: str, depth: int) -> JSONObject:
    return {TAG: "tuple", "items": _items(value, place, depth)}


def _set(value: Any, place: str, depth: int) -> JSONObject:
    """Keep a set in one order: its own is another one in each process."""
    return {TAG: type(value).__name__, "items": sorted(_items(value, place, depth), key=json.dumps)}


def _deque(value: Any, place: str, depth: int) -> JSONObject:
    return {TAG: "deque", "items": _items(value, place, depth), "most": value.maxlen}


def _ordered(value: Any, place: str, depth: int) -> JSONObject:
    return {TAG: "ordered dict", **_entries(value, place, depth)}


def _defaulting(value: Any, place: str, depth: int) -> JSONObject:
    factory = encode(value.default_factory, f"{place}.default_factory", depth + 1)
    return {TAG: "default dict", "factory": factory, **_entries(value, place, depth)}


def _bytes(value: Any, *_: Any) -> JSONObject:
    """Keep bytes as the text that they are, where they are one: secrets are found in that."""
    name = type(value).__name__
    try:
        return {TAG: name, "utf8": value.decode()}
    except UnicodeDecodeError:
        return {TAG: name, "text": SCALARS[type(value)].write(value)}


def _class(value: Any, place: str, _: int) -> JSONObject:
    if not is_found(value):
        raise Unkept(f"type ({value.__qualname__})", place, "the class is not found again by its name")
    return {TAG: "class", "class": name_of(value)}


_COLLECTIONS: dict[type, Callable[[Any, str, int], JSONObject]] = {
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    deque: _deque,
    OrderedDict: _ordered,
    defaultdict: _defaulting,
    type: _class,
    bytes: _bytes,
    bytearray: _bytes,
}


def _object(value: object, place: str, depth: int) -> JSONObject:
    cls = type(value)
    kind = kind_of(cls)
    if kind is None:
        raise Unkept(label(value), place)
    if not is_found(cls):
        raise Unkept(label(value), place, "its class is not found again by its name: define it at the top of a module")
    state = {name: encode(held, f"{place}.{name}", depth + 1) for name, held in kind.state(value).items()}
    return {TAG: kind.name, "class": name_of(cls), "state": state}


def exception_form(error: BaseException, place: str = "$", depth: int = 0) -> JSONObject:
    """Return an exception as plain data; attributes of it that cannot be kept are left out, and named in `lost`."""
    form: JSONObject = {TAG: "exception", **facts_of(error), "message": str(error)}
    lost: list[JSON] = []
    form["args"] = [_kept(one, f"args[{index}]", place, depth, lost) for index, one in enumerate(arguments_of(error))]
    held = {name: value for name, value in vars(error).items() if name != "_oao_message"}
    state = {name: _kept(value, name, place, depth, lost) for name, value in held.items()}
    form["state"] = {name: value for name, value in state.items() if name not in lost}
    return form | ({"lost": lost} if lost else {}) if form["state"] or lost else _without(form, "state")


def _kept(value: object, name: str, place: str, depth: int, lost: list[JSON]) -> JSON:
    try:
        return encode(value, f"{place}.{name}", depth + 1)
    except Unkept:
        lost.append(name)
        return None


def _without(form: JSONObject, key: str) -> JSONObject:
    del form[key]
    return form
