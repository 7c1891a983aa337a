"""Where pytest-recording keeps a test's cassette, unless its suite says otherwise."""

import os
from functools import cache
from glob import escape
from hashlib import md5
from pathlib import Path

import pytest

from pytest_oao.cassette.conversions import ENDINGS, PACKED

_FORBIDDEN = str.maketrans(dict.fromkeys("<>?%*:|\"'/\\", "-"))
_ENDINGS = (*ENDINGS, PACKED)


def folder_of(module: Path) -> str:
    """Return the folder of a module's cassettes."""
    return os.path.join(module.parent, "cassettes", module.stem)  # noqa: PTH118 - suites are used to a text


def name_of(item: pytest.Item) -> str:
    """Return the name of a test's cassette, without its ending."""
    marker = item.get_closest_marker("default_cassette")
    if marker is not None and marker.args:
        return str(marker.args[0])
    owner = getattr(item, "cls", None)
    return (f"{owner.__name__}.{item.name}" if owner else item.name).translate(_FORBIDDEN)


def short(name: str, ending: str) -> str:
    """Return a name that the file system takes, as pytest-recording shortens it."""
    longest = _longest_name()
    if len(name) + len(ending) <= longest:
        return name
    told = md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"{name[: longest - len(ending) - len(told) - 3]}...{told}"


@cache
def _longest_name() -> int:
    try:
        return os.pathconf(".", "PC_NAME_MAX")
    except (AttributeError, ValueError, OSError):
        return 255


def cassette_of_vcrpy(item: pytest.Item) -> Path | None:
    """Return the cassette that a test has there by its name, in whichever format; None where there is none to read."""
    folder, name = Path(folder_of(item.path)), short(name_of(item), ".yaml")
    found = [path for path in (folder / name, *folder.glob(f"{escape(name)}.*")) if path.suffix in _ENDINGS]
    found = [path for path in found if path.is_file() and os.access(path, os.R_OK)]
    return min(found, key=lambda path: _ENDINGS.index(path.suffix), default=None)
