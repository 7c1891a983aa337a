"""YAML → plain data, from libyaml's events: no tags, no merge keys, JSON's idea of scalars, and limits everywhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pytest_oao.cassette.limits import DEPTH, DIGITS, EXPANDED, NODES
from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.model.jsontypes import JSON

Place = tuple[str | int, ...]
"""The keys and indices that lead to a value from the root."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: dict[str, JSON] = {"null": None, "true": True, "false": False}
_EDIT = "Mend it by hand, or take the file from version control; then `oao seal FILE`."
_DISTRUST = "No recording of ours holds this: do not trust the file; delete it and record again."


@dataclass(frozen=True, slots=True)
class Tree:
    """A document, and where it repeats itself: `(place of the alias, place of what it stands for)`, in order."""

    root: JSON
    aliases: tuple[tuple[Place, Place], ...] = ()
    lines: Mapping[Place, int] = field(default_factory=dict)
    """Where asked for: the line, from 0, on which each scalar begins."""


def at(root: JSON, place: Place) -> JSON:
    """Return the value at a place that is there."""
    node: Any = root
    for key in place:
        node = node[key]
    found: JSON = node
    return found


def parse(data: bytes, name: str, *, lines: bool = False) -> Tree:
    """Parse UTF-8 YAML with one document; `name` says in errors which file. Raises HostileFile, UnreadableFile."""
    import yaml  # noqa: PLC0415 - late: 12 ms

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(data)
    builder = _Builder(name, {} if lines else None)
    try:
        builder.take(loader)
    except yaml.YAMLError as error:
        raise _translated(error, name) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableFile(f"it cannot be parsed: {error!r:.200}", where=name, remedy=_EDIT) from error
    return Tree(builder.root, tuple(builder.aliases), builder.lines or {})


def _translated(error: Any, name: str) -> UnreadableFile:  # noqa: ANN401 - of a module that is imported late
    mark = getattr(error, "problem_mark", None)
    where = f"{name}, line {mark.line + 1}" if mark else name
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
    return UnreadableFile(str(problem), where=where, remedy=_EDIT)


class _Builder:
    """Builds a tree from events; holds the containers that are open on a stack of its own."""

    def __init__(self, name: str, lines: dict[Place, int] | None) -> None:
        self._name = name
        self.lines = lines
        self._holder: list[JSON] = []
        self._top: list[JSON] | dict[str, JSON] = self._holder
        self._key: str | None = None
        self._open: list[tuple[list[JSON] | dict[str, JSON], str | None, int]] = []
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[JSON, int, Place]] = {}
        self._size = self._nodes = self._expanded = 0
        self.aliases: list[tuple[Place, Place]] = []

    @property
    def root(self) -> JSON:
        return self._holder[0] if self._holder else None

    def take(self, loader: Any) -> None:  # noqa: ANN401 - of a module that is imported late
        handlers = {
            "ScalarEvent": self._scalar,
            "MappingStartEvent": self._mapping,
            "SequenceStartEvent": self._sequence,
            "MappingEndEvent": self._end,
            "SequenceEndEvent": self._end,
            "AliasEvent": self._alias,
            "DocumentStartEvent": self._document,
        }
        get = loader.get_event
        while (event := get()) is not None:
            handler = handlers.get(type(event).__name__)
            if handler is not None:
                handler(event)

    def _document(self, event: Any) -> None:  # noqa: ANN401
        if self._holder:
            self._refuse(event, "a second document begins")

    def _scalar(self, event: Any) -> None:  # noqa: ANN401
        text: str = event.value
        self._count(event, len(text))
        if self._key is None and type(self._top) is dict:
            self._take_key(event, text)
            return
        value = self._plain(event, text) if event.implicit[0] else text
        if self.lines is not None:
            self.lines[self._place()] = event.start_mark.line
        if event.anchor is not None:
            self._anchor(event, event.anchor, (value, len(text) + 1, self._place()))
        self._put(value)

    def _take_key(self, event: Any, text: str) -> None:  # noqa: ANN401
        assert isinstance(self._top, dict)
        if text in self._top:
            self._refuse(event, f"the key {text[:80]!r} is there twice")
        if event.anchor is not None:
            self._refuse(event, "a key has an anchor")
        self._key = text

    def _plain(self, event: Any, text: str) -> JSON:  # noqa: ANN401
        if text in _WORDS:
            return _WORDS[text]
        if not text:
            self._refuse(event, 'nothing stands here: write null or ""')
        match = _NUMBER.fullmatch(text) if text[0] in "-0123456789" else None
        if match is None:
            return text
        if len(text) > DIGITS:
            self._distrust(event, f"a number of {len(text)} digits")
        return int(text) if match.lastindex is None else float(text)

    def _mapping(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, {})

    def _sequence(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, [])

    def _begin(self, event: Any, container: "list[JSON] | dict[str, JSON]") -> None:  # noqa: ANN401
        size = self._size
        self._count(event, 0)
        if len(self._open) >= DEPTH:
            self._distrust(event, f"lists and mappings nested deeper than {DEPTH}")
        if event.anchor is not None and event.anchor in self._anchors:
            self._refuse(event, f"the anchor &{event.anchor} is there twice")
        self._no_key(event)
        place = self._place()
        self._put(container)
        self._path.append(place[-1] if place else 0)
        self._open.append((self._top, event.anchor, size))
        self._top = container

    def _end(self, event: Any) -> None:  # noqa: ANN401
        container = self._top
        self._top, anchor, size = self._open.pop()
        if anchor is not None:
            self._anchor(event, anchor, (container, self._size - size, tuple(self._path[1:])))
        self._path.pop()

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        self._no_key(event)
        if event.anchor not in self._anchors:
            self._refuse(event, f"the alias *{event.anchor} stands for nothing before it")
        value, size, place = self._anchors[event.anchor]
        self._size += size
        self._nodes += 1
        self._expanded += size
        if self._expanded > EXPANDED:
            self._distrust(event, f"aliases that stand for more than {EXPANDED} characters")
        self.aliases.append((self._place(), place))
        self._put(value)

    def _put(self, value: JSON) -> None:
        if isinstance(self._top, list):
            self._top.append(value)
        else:
            assert self._key is not None
            self._top[self._key] = value
            self._key = None

    def _place(self) -> Place:
        if not self._path:
            return ()
        last = len(self._top) if self._key is None else self._key
        return (*self._path[1:], last)

    def _anchor(self, event: Any, anchor: str, known: tuple[JSON, int, Place]) -> None:  # noqa: ANN401
        if anchor in self._anchors:
            self._refuse(event, f"the anchor &{anchor} is there twice")
        self._anchors[anchor] = known

    def _no_key(self, event: Any) -> None:  # noqa: ANN401
        if self._key is None and type(self._top) is dict:
            self._refuse(event, "a key is no text")

    def _count(self, event: Any, characters: int) -> None:  # noqa: ANN401
        self._nodes += 1
        self._size += 1 + characters
        if event.tag is not None:
            self._distrust(event, f"the tag {event.tag[:80]!r}: a cassette is plain data")
        if self._nodes > NODES:
            self._distrust(event, f"more than {NODES} values")

    def _refuse(self, event: Any, what: str) -> NoReturn:  # noqa: ANN401
        raise UnreadableFile(what, where=self._where(event), remedy=_EDIT)

    def _distrust(self, event: Any, what: str) -> NoReturn:  # noqa: ANN401
        raise HostileFile(f"it holds {what}", where=self._where(event), remedy=_DISTRUST)

    def _where(self, event: Any) -> str:  # noqa: ANN401
        return f"{self._name}, line {event.start_mark.line + 1}"
