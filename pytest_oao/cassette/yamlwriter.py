"""Plain data → YAML in block style, for people to review: one value a line, long texts as literal blocks."""

import sys
from collections.abc import Mapping

from pytest_oao.cassette import yamlscalars
from pytest_oao.cassette.limits import DEPTH, NODES
from pytest_oao.cassette.measures import nested_too_deep, nodes_of
from pytest_oao.errors import StoreFailed
from pytest_oao.model.jsontypes import JSON, JSONObject, NotFinite

_KEY_CHARACTERS = 250
"""YAML takes a key of at most 1024 bytes before its `:`; a longer one needs a `?`."""
_STEP = "  "
_NUMBERS = frozenset({int, float, NotFinite})
_LINE = 64
"""Characters of a text that never has an anchor."""


def write(tree: JSONObject, names: Mapping[int, str] | None = None) -> str:
    """Return the YAML text of a tree; `names` maps the id() of values that occur more than once to their anchors.

    Raises StoreFailed for what is no JSON, is nested too deep or has too many nodes.
    """
    _measure(tree)
    writer = _Writer(names or {})
    writer.mapping(tree, "", "")
    return "\n".join(writer.lines) + "\n"


def _measure(tree: JSONObject) -> None:
    if nodes_of(tree, NODES, DEPTH) is not None:
        return
    if nodes_of(tree, sys.maxsize, DEPTH) is None:
        raise nested_too_deep()
    raise StoreFailed(f"the session has more than {NODES} values", remedy="Record it as several sessions.")


class _Writer:
    def __init__(self, names: Mapping[int, str]) -> None:
        self.lines: list[str] = []
        self._names = names
        self._written: set[str] = set()
        self._keys: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        """How short keys and texts are written: most come many times."""

    def mapping(self, node: JSONObject, pad: str, lead: str) -> None:
        """Write a mapping that is not empty; `lead` stands before its first key, `pad` before the others."""
        keys, texts, add = self._keys, self._texts, self.lines.append
        for key, value in node.items():
            start = lead + (keys.get(key) or self._key(key, pad))
            kind = value.__class__
            if kind is str and len(value) <= _LINE:  # type: ignore[arg-type]  # a text
                add(f"{start} {texts.get(value) or self._text(value, pad)}")  # type: ignore[arg-type]
            elif kind in _NUMBERS:
                add(f"{start} {_number(value)}")  # type: ignore[arg-type]
            else:
                self._value(start, value, pad)
            lead = pad

    def _key(self, key: str, pad: str) -> str:
        """Return how a key is written, with its `:`."""
        name = yamlscalars.scalar(key) if "\n" not in key else yamlscalars.quoted(key)
        if len(name) > _KEY_CHARACTERS:
            return f"? {name}\n{pad}:"
        self._keys[key] = f"{name}:"
        return self._keys[key]

    def _text(self, text: str, pad: str) -> str:
        """Return how a short text is written; one of several lines is so where it stands."""
        if "\n" in text:
            return _inline(text, pad + _STEP)
        self._texts[text] = yamlscalars.scalar(text)
        return self._texts[text]

    def _value(self, start: str, node: JSON, pad: str, *, in_list: bool = False) -> None:
        """Write a value behind `start`, which ends in a key's `:` or a list's `-`."""
        name = self._names.get(id(node))
        if name in self._written:
            self.lines.append(f"{start} *{name}")
            return
        if name is not None:
            self._written.add(name)
            start = f"{start} &{name}"
        if isinstance(node, dict) and node:
            self._nested(start, node, pad, in_line=in_list and name is None)
        elif isinstance(node, list) and node and not _numbers(node):
            self.lines.append(start)
            self._items(node, pad + _STEP if in_list else pad)
        else:
            self.lines.append(f"{start} {_inline(node, pad + _STEP)}")

    def _nested(self, start: str, node: JSONObject, pad: str, *, in_line: bool) -> None:
        if in_line:
            self.mapping(node, pad + _STEP, start + " ")
        else:
            self.lines.append(start)
            self.mapping(node, pad + _STEP, pad + _STEP)

    def _items(self, nodes: list[JSON], pad: str) -> None:
        start = pad + "-"
        for node in nodes:
            if isinstance(node, dict) and node and id(node) not in self._names:
                self.mapping(node, pad + _STEP, start + " ")
            else:
                self._value(start, node, pad, in_list=True)


def _numbers(nodes: list[JSON]) -> bool:
    """Whether a list is one of numbers only, as it is read back: nan is null by then."""
    return _NUMBERS.issuperset(map(type, nodes)) and all(node == node for node in nodes)  # noqa: PLR0124 - not so of nan


_WORDS: dict[JSON, str] = {None: "null", True: "true", False: "false"}


def _inline(node: JSON, pad: str) -> str:
    """Return what stands behind a `:` or `-`: a scalar, a list of numbers, an empty list or mapping."""
    match node:
        case str():
            fits = "\n" in node and yamlscalars.fits_block(node)
            return yamlscalars.block(node, pad) if fits else yamlscalars.scalar(node)
        case None | bool():
            return _WORDS[node]
        case int() | float():
            return _number(node)
        case list():
            return f"[{', '.join(_number(item) for item in node if isinstance(item, int | float))}]"
        case dict():
            return "{}"
    raise StoreFailed(f"a {type(node).__name__} is no JSON value", remedy="Record texts, numbers, lists and mappings.")


def _number(value: float) -> str:
    try:
        return yamlscalars.number(value)
    except ValueError as error:
        raise StoreFailed("a number has thousands of digits", remedy="Record it as text.") from error
