"""Lists that stand as attributes with numbers in their names: `llm.input_messages.0.message.role`."""

from dataclasses import dataclass

from pytest_oao.model.jsontypes import JSON, JSONObject

_MOST = 100_000
"""Items of a list: a larger number in a name is no place."""
_DEEPEST = 50
"""Levels of lists and objects: of a longer name, the rest is the last key."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """The items of such a list, in order."""

    items: list[JSONObject]
    holes: bool = False
    """Whether numbers are missing: before the first, or in between."""


def indexed(attributes: JSONObject, prefix: str) -> Indexed:
    """Return the list below a prefix, which ends in a dot; lists in it are lists again."""
    tree: JSONObject = {}
    for name, value in attributes.items():
        if name.startswith(prefix):
            _put(tree, name.removeprefix(prefix).split(".", _DEEPEST), value)
    return _items(tree)


def _put(tree: JSONObject, path: list[str], value: JSON) -> None:
    """Put a value where its path leads; of a value and a branch at one place, the branch is kept."""
    for at, key in enumerate(path[:-1]):
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            branch = tree[key] = {}
        if _is_place(path[at + 1]) and not branch:
            branch = tree[key] = {}
        tree = branch
    if not isinstance(tree.get(path[-1]), dict):
        tree[path[-1]] = value


def _is_place(key: str) -> bool:
    return key.isascii() and key.isdigit() and int(key) < _MOST if len(key) < 7 else False  # noqa: PLR2004 - digits


def _items(tree: JSONObject) -> Indexed:
    places = sorted(int(key) for key in tree if _is_place(key))
    found = [_plain(tree[str(place)]) for place in places if str(place) in tree]
    items = [item for item in found if isinstance(item, dict)]
    return Indexed(items, holes=bool(places) and places != list(range(len(places))))


def _plain(value: JSON) -> JSON:
    """Return a branch: a list where all of its keys are places, and they stand below a name."""
    if not isinstance(value, dict):
        return value
    if value and all(_is_place(key) for key in value):
        return [_plain(value[str(key)]) for key in sorted(int(key) for key in value) if str(key) in value]
    return {key: _plain(item) for key, item in value.items()}
