"""Plain data → Python values; classes are found among the imported modules, and no code of theirs runs."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.values import arrays, exceptions, objects
from pytest_oao.values.classes import required
from pytest_oao.values.scalars import BY_NAME
from pytest_oao.values.unkept import TAG, Unreadable


def decode(data: JSON) -> Any:
    """Return the value that plain data stands for; raises Unreadable."""
    if isinstance(data, dict):
        if TAG in data:
            return _value(data)
        return {key: decode(value) for key, value in data.items()}
    return [decode(item) for item in data] if isinstance(data, list) else data


def _value(form: JSONObject) -> object:
    tag = form[TAG]
    try:
        if "utf8" in form:
            return {"bytes": bytes, "bytearray": bytearray}[str(tag)](str(form["utf8"]).encode())
        if str(tag) in BY_NAME:
            return BY_NAME[str(tag)].read(str(form["text"]))
        return _READERS[str(tag)](form)
    except (KeyError, TypeError, ValueError, AttributeError, ImportError, ArithmeticError, RecursionError) as error:
        raise Unreadable(f"what was kept as {str(tag)[:40]!r} cannot be read: {error!r:.200}") from error


def _items(form: JSONObject) -> list[Any]:
    return [decode(item) for item in cast("list[JSON]", form["items"])]


def _dict(form: JSONObject) -> dict[Any, Any]:
    named = iter(cast("JSONObject", form.get("entries") or {}).items())
    others = iter(cast("list[list[JSON]]", form.get("pairs") or []))
    order = cast("list[bool]", form.get("order") or [])
    pairs = [next(named) if is_text else next(others) for is_text in order]
    return {decode(key): decode(value) for key, value in (*pairs, *named, *others)}


def _object(form: JSONObject) -> object:
    state = {name: decode(value) for name, value in cast("JSONObject", form["state"]).items()}
    return objects.made(cast("str", form[TAG]), required(str(form["class"])), state)


def _exception(form: JSONObject) -> BaseException:
    args = tuple(decode(item) for item in cast("list[JSON]", form["args"]))
    state = cast("Mapping[str, Any]", decode(form.get("state") or {}))
    return exceptions.made(form, args, str(form["message"]), state)


_READERS: dict[str, Callable[[JSONObject], object]] = {
    "dict": _dict,
    "tuple": lambda form: tuple(_items(form)),
    "set": lambda form: set(_items(form)),
    "frozenset": lambda form: frozenset(_items(form)),
    "deque": lambda form: deque(_items(form), cast("int | None", form["most"])),
    "ordered dict": lambda form: OrderedDict(_dict(form)),
    "default dict": lambda form: defaultdict(decode(form["factory"]), _dict(form)),
    "class": lambda form: required(str(form["class"])),
    "exception": _exception,
    **arrays.READERS,
    **dict.fromkeys((kind.name for kind in objects.KINDS), _object),
}
