"""`oao explain`: what an error means, and what to do about it."""

import argparse
import re
from pathlib import Path
from typing import Any

from pytest_oao.cli.output import say
from pytest_oao.errors import BadOption
from pytest_oao.model.suggestions import closest

_REFERENCE = Path(__file__).resolve().parent.parent / "errors.md"
"""The page of the docs, too."""
_SECTION = re.compile(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
"""A name that the report of a divergence begins with, and what happened; the table's own head is none."""
_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)*([^)]+)\)")
"""What is said of a page of the docs, and where that page is."""


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("explain", help="say what an error means", description=__doc__)
    parser.add_argument("name", nargs="*", metavar="NAME", help="the last word of its message; default: list them all")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a section of the reference, or the first sentence of each."""
    sections = _sections()
    if not arguments.name:
        for name, text in sections.items():
            say(f"{name:<24}{text.replace(chr(10), ' ').partition('. ')[0].removesuffix('.')}.")
        return 0
    wanted = "-".join(arguments.name).lower().replace(" ", "-")
    found = next((name for name in sections if wanted in {name, name.replace("-", "")}), None)
    if found is None:
        raise _unknown(" ".join(arguments.name), closest(wanted, sections))
    for line in (found, "", *sections[found].split("\n")):
        say(line)
    return 0


def _sections() -> dict[str, str]:
    """Return what is said about each error, and about each difference that the report of a divergence names."""
    page = _LINK.sub(r"\1 (\2)", _REFERENCE.read_text("utf-8"))
    sections = {name: text.strip() for name, text in _SECTION.findall(page)}
    way_out = sections["diverged"].rpartition("|\n\n")[2]
    for name, meaning in _ROW.findall(sections["diverged"]):
        if name != "name":
            sections[name.replace(" ", "-")] = f"{meaning[0].upper()}{meaning[1:]}.\n\n{way_out}"
    return sections


def _unknown(name: str, close: str) -> BadOption:
    meant = f"Did you mean `oao explain {close}`? " if close else ""
    remedy = f"{meant}`oao explain` lists all names."
    return BadOption(f"nothing is named {name!r}", where="oao explain", remedy=remedy)
