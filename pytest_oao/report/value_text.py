"""Values of tools as people write them: `Order(number='4711', paid=True)` in place of the form that a record keeps."""

import json
from collections.abc import Callable

from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.values.unkept import TAG

_DEEPEST = 20


def readable(text: str) -> str:
    """Return the text of a body with its tagged values as people write them; the same text where it has none."""
    if f'"{TAG}"' not in text:
        return text
    try:
        return _shown(json.loads(text), 0)
    except (ValueError, RecursionError):  # cut short, or no value of ours
        return text


def _shown(value: JSON, depth: int) -> str:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, list):
        return f"[{_list(value, depth)}]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if TAG not in value:
        return "{" + ", ".join(f'"{key}": {_shown(one, depth + 1)}' for key, one in value.items()) + "}"
    if "utf8" in value:
        return f"{value[TAG]}({json.dumps(value['utf8'], ensure_ascii=False)})"
    form = _FORMS.get(str(value[TAG]))
    return form(value, depth) if form else f"{value[TAG]}({value.get('text', '…')})"


def _list(value: JSON, depth: int) -> str:
    return ", ".join(_shown(one, depth + 1) for one in value) if isinstance(value, list) else ""


def _pairs(form: JSONObject, depth: int) -> str:
    named, others = form.get("entries"), form.get("pairs")
    pairs: list[JSON] = [[key, value] for key, value in named.items()] if isinstance(named, dict) else []
    pairs += others if isinstance(others, list) else []
    shown = [": ".join(_shown(one, depth + 1) for one in pair) for pair in pairs if isinstance(pair, list)]
    return "{" + ", ".join(shown) + "}"


def _items(before: str, after: str) -> Callable[[JSONObject, int], str]:
    return lambda form, depth: f"{before}{_list(form.get('items'), depth)}{after}"


def _object(form: JSONObject, depth: int) -> str:
    state = form.get("state")
    fields = state.get("fields", state) if isinstance(state, dict) else {}
    told = fields.items() if isinstance(fields, dict) else ()
    return f"{_class(form)}({', '.join(f'{key}={_shown(one, depth + 1)}' for key, one in told)})"


def _exception(form: JSONObject, depth: int) -> str:
    return f"{_class(form)}({_list(form.get('args'), depth)})"


def _effects(form: JSONObject, depth: int) -> str:
    """Tell a result, and what was done besides."""
    besides = [f"{name}={_shown(one, depth + 1)}" for name, one in form.items() if name not in {TAG, "result"}]
    return f"{_shown(form.get('result'), depth + 1)} with {', '.join(besides)}"


def _class(form: JSONObject) -> str:
    return str(form.get("class")).rpartition(":")[2].rpartition(".")[2]


_FORMS: dict[str, Callable[[JSONObject, int], str]] = {
    "tuple": _items("(", ")"),
    "set": _items("{", "}"),
    "frozenset": _items("frozenset({", "})"),
    "deque": _items("deque([", "])"),
    "dict": _pairs,
    "ordered dict": _pairs,
    "default dict": _pairs,
    "class": lambda form, _: _class(form),
    "exception": _exception,
    "effects": _effects,
    **dict.fromkeys(("dataclass", "model", "attrs", "namespace", "enum", "extended"), _object),
    **dict.fromkeys(("image", "array", "number"), lambda form, _: f"({form[TAG]})"),
}
