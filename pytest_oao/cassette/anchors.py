"""Large values that occur more than once: each stands once, under an anchor named by its content."""

from collections.abc import Iterable
from hashlib import sha256
from json import JSONEncoder

import orjson

from pytest_oao.cassette.limits import EXPANDED
from pytest_oao.model.jsontypes import JSON

_LEAST = 200
"""Characters, encoded as JSON, from which on a value is worth an anchor."""
_NAME_DIGITS = 12
_encode = JSONEncoder().encode


_BRANCHES = (dict, list)


def _written(node: JSON) -> bytes:
    """Return a value as JSON, by which it is known again: the order of its keys counts."""
    try:
        return orjson.dumps(node)
    except TypeError:  # half a character, a number of many digits, or what is nested deep
        return _encode(node).encode()


def anchors(nodes: Iterable[JSON]) -> dict[int, str]:
    """Return the anchor of every value in `nodes` that occurs more than once, by the value's id()."""
    finder = _Finder()
    finder.below(nodes)
    return finder.names()


class _Finder:
    def __init__(self) -> None:
        self._written: dict[int, bytes] = {}
        """What values are written as, by their ids: the first ones of their kind, and those that repeat one."""
        self._seen: set[bytes] = set()
        self._repeated: dict[bytes, JSON] = {}
        self._room = EXPANDED // 2

    def below(self, nodes: Iterable[JSON]) -> None:
        """Look at the long texts, the lists and the mappings among some values, and below those."""
        for node in nodes:
            if isinstance(node, str):
                if len(node) < _LEAST:
                    continue
            elif not node or not isinstance(node, _BRANCHES):
                continue
            if self._is_new(node):
                self.below(node.values() if isinstance(node, dict) else () if isinstance(node, str) else node)

    def _is_new(self, node: JSON) -> bool:
        """Whether what is below a value is to be looked at: it is large, and no other one like it has an anchor."""
        text = self._written.get(id(node)) or _written(node)
        if len(text) < _LEAST:
            return False
        if text not in self._seen:
            self._seen.add(text)
            self._written[id(node)] = text
        elif len(text) <= self._room:
            self._room -= len(text)
            self._written[id(node)] = text
            self._repeated.setdefault(text, node)
            return False
        return True

    def names(self) -> dict[int, str]:
        taken: dict[str, str] = {}
        names: dict[bytes, str] = {}
        for text, node in self._repeated.items():
            digest, size = sha256(_encode(node).encode()).hexdigest(), _NAME_DIGITS
            while taken.setdefault(digest[:size], digest) != digest:
                size += 1
            names[text] = f"h{digest[:size]}"
        return {key: names[text] for key, text in self._written.items() if text in names}
