"""`oao diff`: how one session differs from another."""

import argparse
from typing import Any

from pytest_oao.cli.output import put
from pytest_oao.cli.recordings import recording_at
from pytest_oao.providers.description import replied
from pytest_oao.report.difference_text import differs, render_difference


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("diff", help="compare two sessions", description=__doc__)
    parser.add_argument("before", metavar="A")
    parser.add_argument("after", metavar="B")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="show more; twice: everything")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how the two compare; 1 where they differ."""
    before, after = (recording_at(name).session() for name in (arguments.before, arguments.after))
    text = render_difference(before, after, replies=replied, verbosity=arguments.verbose)
    put(f"{text}\n")
    return 1 if differs(before, after, replies=replied) else 0
