"""`oao show`: sessions as text."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cli.output import put, say
from pytest_oao.cli.project_settings import project_prices
from pytest_oao.cli.recordings import NAMED, Recording, recordings_of
from pytest_oao.errors import OaoError
from pytest_oao.policy.prices import Prices
from pytest_oao.providers.description import replied
from pytest_oao.report.session_text import render_session
from pytest_oao.runtime.spending import ledger_of


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("show", help="show cassettes or journals", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR|STORE", help=NAMED)
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show more; twice: everything")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print each session; of several, each below its file's name, and 1 where one cannot be read."""
    prices = project_prices(Path.cwd())
    recordings = list(recordings_of(arguments.paths))
    if len(recordings) == 1:
        _show(recordings[0], arguments.verbose, prices)
        return 0
    unread = 0
    for number, one in enumerate(recordings):
        put("\n" if number else "")
        say(f"{one.said}:")
        try:
            _show(one, arguments.verbose, prices)
        except OaoError as error:
            unread += 1
            place = "" if error.where == one.said else f" ({error.where})"
            say(f"  wrong: {error.what}{place}. {error.remedy}")
    return 1 if unread else 0


def _show(recording: Recording, verbosity: int, prices: Prices) -> None:
    session = recording.session()
    text = render_session(session, verbosity, replies=replied, ledger=ledger_of(session, prices))
    put(f"{text}\n")
