"""`oao seal`: takes a cassette that was edited by hand as it now is."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cassette import shelf
from pytest_oao.cli.output import plural, say


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("seal", help="accept a cassette edited by hand", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Seal the file."""
    session = shelf.reseal(arguments.file)
    say(f"sealed {arguments.file}: {plural(len(session.exchanges), 'exchange')}")
    return 0
