"""`oao show`: sessions as text."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cli.output import replied
from pytest_oao.cli.recordings import session_at
from pytest_oao.report.session_text import render_session


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("show", help="show cassettes or journals", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show more; twice: everything")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print each session."""
    for path in arguments.files:
        text = render_session(session_at(path), arguments.verbose, replies=replied)
        print(text)  # noqa: T201 - made printable where it is rendered
    return 0
