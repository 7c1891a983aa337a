"""`oao diff`: how one session differs from another."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cli.recordings import session_at
from pytest_oao.report.session_text import render_difference


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("diff", help="compare two sessions", description=__doc__)
    parser.add_argument("before", type=Path, metavar="A")
    parser.add_argument("after", type=Path, metavar="B")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the differences; 1 where there is any."""
    text = render_difference(session_at(arguments.before), session_at(arguments.after))
    if text:
        print(text)  # noqa: T201 - made printable where it is rendered
    return 1 if text else 0
