"""A user's prices, out of a file or the project's pyproject.toml; what is wrong is told with its place."""

import json
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pytest_oao.errors import BadPolicy, MissingFile
from pytest_oao.policy.price_rows import BadRow, Keys
from pytest_oao.policy.price_tables import Overrides

_TABLE: Keys = ("tool", "oao", "prices")


def overrides_of_file(path: Path) -> Overrides:
    """Return the prices in a YAML or JSON file."""
    text = _text(path)
    rows = _parsed(path, _json if path.suffix == ".json" else _yaml, text)
    try:
        return Overrides.of(rows)
    except BadRow as error:
        line = _line_of(text, error.keys)
        raise error.told(f"{path}:{line}" if line else str(path)) from None


def overrides_of_project(root: Path) -> Overrides | None:
    """Return the prices of `[tool.oao.prices]`; None where the project has none."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return None
    found: Any = _parsed(path, lambda text: tomllib.loads(text, parse_float=Decimal), _text(path))
    for key in _TABLE:
        found = found.get(key) if isinstance(found, Mapping) else None
    return None if found is None else overrides_of_mapping(found, str(path), _TABLE)


def overrides_of_mapping(rows: Mapping[str, object], where: str = "", keys: Keys = ()) -> Overrides:
    """Return the prices in a mapping; `where` is what an error names, and `keys` the way to the mapping there."""
    try:
        return Overrides.of(rows, keys)
    except BadRow as error:
        raise error.told(where) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingFile(
            "there is no file of prices",
            where=str(path),
            remedy="give the path of a YAML or JSON file, or genai-prices",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadPolicy(f"the prices cannot be read: {error}", where=str(path)) from error


def _parsed(path: Path, parse: Callable[[str], Any], text: str) -> Any:  # noqa: ANN401 - whatever the file holds
    import yaml  # noqa: PLC0415 - loading the plugin loads no yaml

    try:
        return parse(text)
    except (ValueError, yaml.YAMLError) as error:
        raise BadPolicy(f"the prices cannot be read: {error}", where=str(path)) from error


def _json(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


def _yaml(text: str) -> object:
    import yaml  # noqa: PLC0415 - loading the plugin loads no yaml

    return yaml.safe_load(text) or {}


def _line_of(text: str, keys: Keys) -> int | None:
    """Return the line of a value, by the way to it; of the last part of the way that is there."""
    import yaml  # noqa: PLC0415 - loading the plugin loads no yaml

    node, line = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader), None
    for key in keys:
        found = _child(node, key)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, key: str | int) -> tuple[int, Any] | None:  # noqa: ANN401 - PyYAML's own nodes
    import yaml  # noqa: PLC0415 - loading the plugin loads no yaml

    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key].start_mark.line + 1, node.value[key]
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    return None
