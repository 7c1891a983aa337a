"""Large values that occur more than once: each stands once, under an anchor named by its content."""

from collections.abc import Iterable
from hashlib import sha256
from json import JSONEncoder

from pytest_oao.cassette.limits import EXPANDED
from pytest_oao.model.jsontypes import JSON

_LEAST = 200
"""Characters, encoded as JSON, from which on a value is worth an anchor."""
_NAME_DIGITS = 12
_encode = JSONEncoder().encode


def anchors(nodes: Iterable[JSON]) -> dict[int, str]:
    """Return the anchor of every value in `nodes` that occurs more than once, by the value's id()."""
    finder = _Finder()
    for node in nodes:
        finder.visit(node)
    return finder.names()


class _Finder:
    def __init__(self) -> None:
        self._digests: dict[int, str] = {}
        self._seen: set[str] = set()
        self._repeated: dict[str, str] = {}
        self._room = EXPANDED // 2

    def visit(self, node: JSON) -> None:
        if not isinstance(node, str | list | dict) or len(node) < (_LEAST if isinstance(node, str) else 1):
            return
        text = _encode(node)
        if len(text) < _LEAST:
            return
        digest = sha256(text.encode()).hexdigest()
        if digest in self._seen and len(text) <= self._room:
            self._room -= len(text)
            self._digests[id(node)] = digest
            self._repeated.setdefault(digest, "")
            return
        if digest not in self._seen:
            self._seen.add(digest)
            self._digests[id(node)] = digest
        self._descend(node)

    def _descend(self, node: "str | list[JSON] | dict[str, JSON]") -> None:
        if not isinstance(node, str):
            for child in node.values() if isinstance(node, dict) else node:
                self.visit(child)

    def names(self) -> dict[int, str]:
        taken: dict[str, str] = {}
        for digest in self._repeated:
            size = _NAME_DIGITS
            while taken.setdefault(digest[:size], digest) != digest:
                size += 1
            self._repeated[digest] = f"h{digest[:size]}"
        return {key: self._repeated[digest] for key, digest in self._digests.items() if digest in self._repeated}
