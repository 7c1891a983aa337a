"""`oao show`: sessions as text."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cli.files import files_of
from pytest_oao.cli.output import say
from pytest_oao.cli.project_settings import project_prices
from pytest_oao.cli.recordings import RECORDING, is_recording, session_at
from pytest_oao.providers.description import replied
from pytest_oao.report.session_text import render_session
from pytest_oao.runtime.spending import ledger_of


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("show", help="show cassettes or journals", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show more; twice: everything")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print each session; its file's name above it where there is more than one."""
    prices = project_prices(Path.cwd())
    paths = [found.path for found in files_of(arguments.paths, is_recording, RECORDING)]
    for number, path in enumerate(paths):
        if len(paths) > 1:
            print(end="\n" if number else "")  # noqa: T201 - a blank line
            say(f"{path}:")
        session = session_at(path)
        text = render_session(session, arguments.verbose, replies=replied, ledger=ledger_of(session, prices))
        print(text)  # noqa: T201 - made printable where it is rendered
    return 0
