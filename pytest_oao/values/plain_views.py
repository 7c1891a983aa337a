"""What a kept value says to who only looks at it: a path, bytes, an enum's member as text, an object as its fields."""

from base64 import b64decode
from collections.abc import Callable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode
from pytest_oao.values.unkept import TAG

_BYTES = frozenset({"bytes", "bytearray"})


def plain_view(form: JSON) -> JSON:
    """Return plain data as it reads without its tags: for patterns and eyes, nothing can be made of it again."""
    if isinstance(form, list):
        return [plain_view(item) for item in form]
    if not isinstance(form, dict):
        return form
    if TAG not in form:
        return {name: plain_view(value) for name, value in form.items()}
    return next((view(form) for field, view in _VIEWS.items() if field in form), form)


def _text(form: JSONObject) -> JSON:
    return b64decode(str(form["text"])).decode("utf-8", "replace") if form[TAG] in _BYTES else form["text"]


def _state(form: JSONObject) -> JSON:
    if form[TAG] == "enum":
        return plain_view(encode(decode(form).value))
    state = form["state"]
    return plain_view(state.get("value", state.get("fields", state)) if isinstance(state, dict) else state)


def _of(field: str) -> Callable[[JSONObject], JSON]:
    return lambda form: plain_view(form[field])


_VIEWS: dict[str, Callable[[JSONObject], JSON]] = {
    "text": _text,
    "utf8": _of("utf8"),
    "items": _of("items"),
    "entries": _of("entries"),
    "state": _state,
    "message": _of("message"),
    "class": _of("class"),
}
"""By the field that a tagged form holds what it says, the first that it has."""
