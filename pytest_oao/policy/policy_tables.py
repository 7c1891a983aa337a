"""Policies in `pyproject.toml`: the tables `[tool.oao.policy.NAME]`, and the lines that their keys stand on."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_oao.errors import BadPolicy
from pytest_oao.policy.faults import Place
from pytest_oao.policy.policy_documents import Document

FILE = "pyproject.toml"
_ABOVE = ("tool", "oao", "policy")

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_LINE = re.compile(rf"[ \t]*(?:\[[ \t]*(?P<table>{_KEYS})[ \t]*\]|(?P<key>{_KEYS})[ \t]*=)")


def tables(root: Path) -> dict[str, Document]:
    """Return the policies of a project by their names; raises BadPolicy where the file cannot be read."""
    path = root / FILE
    if not path.is_file():
        return {}
    try:
        text = path.read_text("utf-8")
        told: Any = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BadPolicy(f"the file cannot be read: {error}", where=FILE) from error
    lines = _lines(text)
    for number, key in enumerate(_ABOVE, 1):
        told = _table(told.get(key, {}), _ABOVE[:number], lines)
    return {
        name: Document(name, FILE, f"{FILE}: {name}", root, _table(values, (*_ABOVE, name), lines), _below(lines, name))
        for name, values in told.items()
    }


def _table(value: object, place: Place, lines: Mapping[Place, int]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        where = f"{FILE}:{lines[place]}" if place in lines else FILE
        name = ".".join(map(str, place))
        raise BadPolicy(f"{name} is no table", where=where, remedy="write [tool.oao.policy.NAME], and its keys below")
    return value


def _below(lines: Mapping[Place, int], name: str) -> dict[Place, int]:
    above = (*_ABOVE, name)
    return {place[len(above) :]: line for place, line in lines.items() if place[: len(above)] == above}


def _lines(text: str) -> dict[Place, int]:
    """Return where each key first stands at the beginning of a line: tomllib does not tell.

    A line within a text of many lines may be taken for a key; that moves an error's line, and nothing else.
    """
    lines: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        if match is None:
            continue
        if match["table"]:
            table = tuple(_parts(match["table"]))
        place = table if match["table"] else (*table, *_parts(match["key"]))
        for end in range(1, len(place) + 1):
            lines.setdefault(place[:end], number)
    return lines


def _parts(keys: str) -> Iterator[str]:
    for key in re.findall(_KEY, keys):
        yield key[1:-1] if key[0] in "\"'" else key
