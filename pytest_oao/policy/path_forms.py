"""The forms that one path may be written in: `prod/x` is `./prod/x`, `prod//x` and `a/../prod/x` too."""

import re
from collections.abc import Mapping
from typing import Any

_UNTIDY = re.compile(r"\\|(?:^|/)\.{0,2}(?:/|\Z)")
_BEGINNING = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|/|")
"""What is no folder: the scheme of a URL, the root."""


def is_tidy(text: str) -> bool:
    """Whether a text has one form only."""
    return _UNTIDY.search(text) is None


def forms(text: str) -> tuple[str, ...]:
    r"""Return what a denial looks at: the text, the path that it comes to, and the one where `\` is a slash."""
    if is_tidy(text):
        return (text,)
    return (text, folded(text), folded(text.replace("\\", "/")))


def strict_forms(text: str) -> tuple[str, ...]:
    """Return what a permission looks at: the same, but for `./` and `//`, which lead nowhere else."""
    if is_tidy(text):
        return (text,)
    return (tidy(text), folded(text), folded(text.replace("\\", "/")))


def tidy(text: str) -> str:
    """Return a path without its `.` and empty parts; a slash at its end stays."""
    head, parts = _parts(text)
    last = "/" if parts and text.endswith("/") else ""
    return head + "/".join(part for part in parts if part not in {"", "."}) + last or "."


def folded(text: str) -> str:
    """Return the path that a text comes to, without its `.`, empty and `..` parts."""
    head, parts = _parts(text)
    kept: list[str] = []
    for part in parts:
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in {"", "."} and not (part == ".." and head):
            kept.append(part)
    return head + "/".join(kept) or "."


def all_folded(value: Any, *, backslashes: bool) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Return a JSON value with each text in it folded."""
    if isinstance(value, str):
        return value if is_tidy(value) else folded(value.replace("\\", "/") if backslashes else value)
    if isinstance(value, Mapping):
        return {key: all_folded(each, backslashes=backslashes) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [all_folded(each, backslashes=backslashes) for each in value]
    return value


def _parts(text: str) -> tuple[str, list[str]]:
    match = _BEGINNING.match(text)
    assert match is not None
    return match[0], text[match.end() :].split("/")
