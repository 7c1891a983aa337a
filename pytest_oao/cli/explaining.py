"""`oao explain`: what an error means, and what to do about it."""

import argparse
import re
from pathlib import Path
from typing import Any

from pytest_oao.cli.output import say
from pytest_oao.errors import BadOption

_REFERENCE = Path(__file__).resolve().parent.parent / "errors.md"
"""The page of the docs, too."""
_SECTION = re.compile(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("explain", help="say what an error means", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help="the last word of its message; default: list them all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a section of the reference, or the first sentence of each."""
    sections = {name: text.strip() for name, text in _SECTION.findall(_LINK.sub(r"\1", _REFERENCE.read_text("utf-8")))}
    if arguments.name is None:
        for name, text in sections.items():
            say(f"{name:<18}{text.replace(chr(10), ' ').partition('. ')[0].removesuffix('.')}.")
        return 0
    wanted = arguments.name.lower()
    found = next((name for name in sections if wanted in {name, name.replace("-", "")}), None)
    if found is None:
        raise BadOption(f"no error is named {arguments.name!r}", where="oao explain", remedy="`oao explain` lists them")
    for line in (found, "", *sections[found].split("\n")):
        say(line)
    return 0
