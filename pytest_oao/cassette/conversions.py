"""Where a foreign cassette stands once it is one of ours, beside the tests that look for it."""

import os
import sys
from pathlib import Path

from pytest_oao.cassette.disk import opened
from pytest_oao.cassette.seal import is_ours

_YAML = (".yaml", ".yml")
ENDINGS = (*_YAML, ".json")
"""How names of foreign cassettes end, before they are packed."""
PACKED = ".gz"
_HEAD = 32
"""Bytes by which ours are told from others."""


def converted_name(path: Path) -> Path:
    """Return the name that a cassette at `path` has once it is converted: one of YAML."""
    plain = path.with_name(path.name.removesuffix(PACKED))
    if plain.suffix in ENDINGS:
        return plain if plain.suffix in _YAML else plain.with_suffix(".yaml")
    return path.with_name(f"{path.name}.yaml")


def converted_at(path: Path) -> Path | None:
    """Return the cassette of ours that the one at `path` has become; None where it has not."""
    if path.is_file():
        return path if begins_as_ours(path) else None
    ours = converted_name(path)
    return ours if ours != path and ours.is_file() and begins_as_ours(ours) else None


def begins_as_ours(path: Path) -> bool:
    """Whether a file begins as our cassettes do; raises MissingFile and UnreadableFile."""
    with opened(path, sys.maxsize) as fd:
        return is_ours(os.read(fd, _HEAD))
