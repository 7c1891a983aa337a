"""What the beginning of a JSON file, or of JSON lines, tells of its shape: even where it is cut in the middle."""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"(\s*:)?|\\?\Z)|[{}\[\]]', re.DOTALL)
"""A text, which may be cut, with the `:` behind a key; a bracket."""
ENVELOPES = ("data", "observations", "runs", "spans", "traces", "items", "results")
"""Keys under which services put the list of what was asked for."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The keys of the first value of a file, by their paths; what a list holds stands under the list's own path."""

    paths: frozenset[str]
    """`resourceSpans`, `resourceSpans.scopeSpans.spans.traceId`; of a list at the top, as if its items stood alone."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys at the top."""
        return frozenset(path for path in self.paths if "." not in path)

    def has(self, *paths: str) -> bool:
        """Whether all of the paths were seen."""
        return self.paths.issuperset(paths)

    def record_has(self, *keys: str) -> bool:
        """Whether a record has all of the keys: at the top, or below what services wrap around their lists."""
        return any(
            self.has(*(f"{prefix}{key}" for key in keys)) for prefix in ("", *(f"{name}." for name in ENVELOPES))
        )


@lru_cache(maxsize=8)
def glimpse(head: bytes) -> Glimpse:
    """Look at the first JSON object or list of a file; nothing is seen of what is no JSON."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return Glimpse(frozenset(_paths(start)) if start[:1] in (b"{", b"[") else frozenset())


def _paths(head: bytes) -> set[str]:
    """Return the paths of all keys up to the end of the first value."""
    found: set[str] = set()
    stack: list[str] = []
    key = ""
    for token in _TOKEN.finditer(head):
        mark = token.group()
        if mark in (b"{", b"["):
            stack.append(key)
            key = ""
        elif mark in (b"}", b"]"):
            stack[-1:] = []
            key = ""
            if not stack:
                break
        elif token[2] is not None:
            key = token[1].decode("utf-8", "replace")
            found.add(".".join([*filter(None, stack), key]))
        else:
            key = ""
    return found
