"""Rows in columns: the first on the left, and cut where it is too long; numbers on the right."""

from collections.abc import Sequence

from pytest_oao.report.printable import one_line

_GAP = "  "
_LEAST = 16
"""Columns of the first one below which a narrow terminal wraps rather than that we cut."""
_CELL = 40


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = 100) -> list[str]:
    """Return a line for the head and for each row, of about `width` columns; a column that is empty is left out."""
    shown = [number for number in range(len(head)) if number == 0 or any(row[number] for row in rows)]
    lines = [[one_line(row[number], _CELL if number else width) for number in shown] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    others = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
    widths[0] = min(widths[0], max(width - others, _LEAST))
    return [_line(line, widths) for line in lines]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = f"{one_line(cells[0], widths[0]):<{widths[0]}}"
    others = (f"{cell:>{room}}" for cell, room in zip(cells[1:], widths[1:], strict=True))
    return _GAP.join((first, *others)).rstrip()
