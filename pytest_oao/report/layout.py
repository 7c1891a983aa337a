"""The columns of our reports: a label, then text."""

from collections.abc import Iterable
from textwrap import wrap

from pytest_oao.report.printable import one_line, printable

LABEL = 11
"""Columns of a label, with the blanks after it."""
_LONGEST = 2_000
"""Characters of a text that is wrapped."""
_LEAST = 20
"""Columns of text below which a narrow terminal wraps rather than that we cut."""


def row(label: str, text: str, width: int, indent: int = 2) -> str:
    """Return a line with a label and one line of text."""
    room = max(width - indent - LABEL, _LEAST)
    return f"{' ' * indent}{label:<{LABEL}}{one_line(text, room)}".rstrip()


def rows(label: str, texts: Iterable[str], width: int, indent: int = 2) -> list[str]:
    """Return a line for each text, the label before the first."""
    return [row("" if number else label, text, width, indent) for number, text in enumerate(texts)]


def wrapped_rows(label: str, texts: Iterable[str], width: int, indent: int = 2) -> list[str]:
    """Return texts that are to be read whole, each on as many lines as it takes."""
    room = max(width - indent - LABEL, _LEAST)
    lines = (
        line
        for text in texts
        for line in wrap(one_line(text, _LONGEST), room, subsequent_indent="  ", break_on_hyphens=False)
    )
    return whole_rows(label, lines, indent)


def whole_rows(label: str, lines: Iterable[str], indent: int = 2) -> list[str]:
    """Return lines as they are, the label before the first: tables, and commands and paths, which are for copying."""
    return [f"{' ' * indent}{'' if number else label:<{LABEL}}{line}".rstrip() for number, line in enumerate(lines)]


def block(text: str, most: int, indent: int) -> list[str]:
    """Return a text's lines, indented; of more than `most` lines the first ones."""
    lines = text.split("\n")
    more = [f"… ({len(lines) - most:,} more lines)"] if len(lines) > most else []
    return [f"{' ' * indent}{line}".rstrip() for line in (*lines[:most], *more)]


def page(lines: Iterable[str]) -> str:
    """Join lines to what is printed: whatever came from a record or a live call is made harmless here, once for all."""
    return "\n".join(printable(line.replace("\n", " ")) for line in lines)


def counted(number: int, one: str, many: str = "") -> str:
    """Return `1 call`, `2 calls`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
