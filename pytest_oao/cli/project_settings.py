"""What the project's pytest configuration says, for commands that run without pytest."""

import shlex
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from iniconfig import IniConfig, ParseError

from pytest_oao.errors import BadOption
from pytest_oao.policy.prices import Prices, named_prices

Settings = Mapping[str, Any]
Picked = TypeVar("Picked")


def redact_patterns(folder: Path) -> list[str]:
    """Return `oao_redact` of the configuration that pytest would find from a folder; raises BadOption."""
    remedy = "Mend the file, since it may name secrets that are to be taken out (`oao_redact`)."
    found = _found(folder, lambda settings: _lines(settings.get("oao_redact", [])), remedy)
    return found[0] if found else []


def kept_headers(folder: Path) -> list[str]:
    """Return `oao_keep_headers` of that configuration; raises BadOption."""
    remedy = "Mend the file, since it may name headers that are to be kept (`oao_keep_headers`)."
    found = _found(folder, lambda settings: _words(settings.get("oao_keep_headers", [])), remedy)
    return found[0] if found else []


def project_prices(folder: Path) -> Prices:
    """Return the prices that `oao_prices` of that configuration names, or the usual ones; raises OaoError."""
    remedy = "Mend the file, since it may say what tokens cost (`oao_prices`)."
    named = _found(folder, lambda settings: _text(settings.get("oao_prices", "")), remedy)
    return named_prices(*(named or ("", folder)))


def _found(folder: Path, pick: Callable[[Settings], Picked], remedy: str) -> tuple[Picked, Path] | None:
    """Return what is picked from the first file that has settings of pytest, and its folder; None without one."""
    for parent in (folder, *folder.parents):
        for name, read in _READERS.items():
            picked = _picked(parent / name, read, pick, remedy)
            if picked is not None:
                return picked, parent
    return None


def _picked(
    path: Path, read: Callable[[str], Settings | None], pick: Callable[[Settings], Picked], remedy: str
) -> Picked | None:
    if not path.is_file():
        return None
    try:
        settings = read(path.read_text("utf-8"))
        return None if settings is None else pick(settings)
    except (OSError, ValueError, ParseError) as error:
        raise BadOption(f"pytest's configuration cannot be read: {error}", where=str(path), remedy=remedy) from error


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    raise ValueError(f"oao_prices is {value!r}, not a text")


def _words(value: object) -> list[str]:
    """Return a value of many words, as pytest reads it from an ini file or a list of TOML."""
    words = shlex.split(value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"oao_keep_headers is {value!r}, not a list of texts")
    return words


def _lines(value: object) -> list[str]:
    """Return a value of many lines, as pytest reads it from an ini file or a list of TOML."""
    lines = value.split("\n") if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"oao_redact is {value!r}, not a list of texts")
    return [line.strip() for line in lines if line.strip()]


def _in_toml(text: str) -> Settings | None:
    return _table(tomllib.loads(text), "pytest") or {}


def _in_pyproject(text: str) -> Settings | None:
    settings = _table(_table(tomllib.loads(text), "tool") or {}, "pytest") or {}
    options = _table(settings, "ini_options")
    return options if options is not None else settings or None


def _table(table: Settings, name: str) -> Settings | None:
    """Return the table of a name within a table, None where it has none."""
    found = table.get(name)
    if found is not None and not isinstance(found, dict):
        raise ValueError(f"{name} is {found!r}, not a table")
    return found


def _in_ini(section: str, *, always: bool = False) -> Callable[[str], Settings | None]:
    def read(text: str) -> Settings | None:
        sections = IniConfig("", data=text).sections
        return sections.get(section, {} if always else None)

    return read


_READERS: Mapping[str, Callable[[str], Settings | None]] = {
    "pytest.toml": _in_toml,
    ".pytest.toml": _in_toml,
    "pytest.ini": _in_ini("pytest", always=True),
    ".pytest.ini": _in_ini("pytest", always=True),
    "pyproject.toml": _in_pyproject,
    "tox.ini": _in_ini("pytest"),
    "setup.cfg": _in_ini("tool:pytest"),
}
"""The files in the order in which pytest looks for them in a folder."""
