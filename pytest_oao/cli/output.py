"""What the commands print."""

import sys

from pytest_oao.report.printable import printable


def say(line: str) -> None:
    r"""Print one line of our own words, file names and messages made harmless; a line end in one is shown as `\n`."""
    sys.stdout.write(printable(line).replace("\n", "\\n") + "\n")


def plural(count: int, noun: str) -> str:
    """Return `1 exchange`, `2 exchanges`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
