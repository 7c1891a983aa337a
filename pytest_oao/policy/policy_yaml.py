"""A policy's YAML file: plain data without tags and aliases, with JSON's idea of scalars: `on` is a text."""

import re
from pathlib import Path
from typing import Any, NoReturn

from pytest_oao.errors import BadPolicy
from pytest_oao.policy.faults import Place

_BYTES = 1024 * 1024
_DEPTH = 20
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(?P<fraction>\.[0-9]{1,400})?(?P<power>[eE][+-]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {"": None, "null": None, "true": True, "false": False}


def read_yaml(path: Path, shown: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """Return what a file says, and the line of each key and item; raises BadPolicy, with `shown` as the file's name."""
    import yaml  # noqa: PLC0415 - late: 12 ms

    text = _text(path, shown)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(yaml.parse(text, Loader=loader), shown)
        node = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{shown}:{mark.line + 1}" if mark else shown
        raise BadPolicy(f"this is not YAML: {getattr(error, 'problem', None) or error}", where=where) from error
    lines: dict[Place, int] = {}
    values = None if node is None else _value(node, (), lines, shown)
    if not isinstance(values, dict):
        raise BadPolicy("a policy is a mapping of keys", where=f"{shown}:1", remedy="write `max_steps: 20`, say")
    return values, {**lines, (): 1}


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_BYTES + 1)
        if len(data) > _BYTES:
            raise BadPolicy(f"the file is larger than {_BYTES // 1024} KB", where=shown)
        return data.decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise BadPolicy(f"the file cannot be read: {error}", where=shown) from error


def _check_events(events: Any, shown: str) -> None:  # noqa: ANN401 - of a module that is imported late
    """Refuse what plain data needs not, before anything is built."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > _DEPTH:
            _refuse(event, shown, f"lists and mappings are nested deeper than {_DEPTH}")
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            _refuse(event, shown, "anchors (&) and aliases (*) are not read here", 'put a pattern in quotes: "*"')
        if kind != "DocumentStartEvent" and getattr(event, "tag", None) is not None:
            _refuse(event, shown, f"the tag {event.tag[:80]!r} is not read: a policy is plain data")


def _value(node: Any, place: Place, lines: dict[Place, int], shown: str) -> Any:  # noqa: ANN401
    kind = type(node).__name__
    if kind == "MappingNode":
        return _mapping(node, place, lines, shown)
    if kind == "SequenceNode":
        return [_item(item, (*place, number), lines, shown) for number, item in enumerate(node.value)]
    return node.value if node.style else _plain(node.value)


def _mapping(node: Any, place: Place, lines: dict[Place, int], shown: str) -> dict[str, Any]:  # noqa: ANN401
    values: dict[str, Any] = {}
    for key, inner in node.value:
        if type(key).__name__ != "ScalarNode":
            _refuse(key, shown, "a key is no text")
        if key.value in values:
            _refuse(key, shown, f"the key {key.value[:80]} is there twice")
        lines[*place, key.value] = key.start_mark.line + 1
        values[key.value] = _value(inner, (*place, key.value), lines, shown)
    return values


def _item(node: Any, place: Place, lines: dict[Place, int], shown: str) -> Any:  # noqa: ANN401
    lines[place] = node.start_mark.line + 1
    return _value(node, place, lines, shown)


def _plain(text: str) -> Any:  # noqa: ANN401 - JSON
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    return float(text) if match["fraction"] or match["power"] else int(text)


def _refuse(node: Any, shown: str, what: str, remedy: str = "") -> NoReturn:  # noqa: ANN401
    raise BadPolicy(what, where=f"{shown}:{node.start_mark.line + 1}", remedy=remedy)
