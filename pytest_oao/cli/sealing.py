"""`oao seal`: takes cassettes that were edited by hand as they now are."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cassette import shelf
from pytest_oao.cli.files import files_of
from pytest_oao.cli.output import plural, say
from pytest_oao.cli.recordings import is_cassette
from pytest_oao.errors import OaoError


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("seal", help="accept cassettes edited by hand", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Seal file by file; 1 where one was refused."""
    verdicts = [_is_sealed(found.path) for found in files_of(arguments.paths, is_cassette, "cassette")]
    refused = verdicts.count(False)
    say(f"{plural(len(verdicts) - refused, 'file')} sealed, {refused} refused")
    return 1 if refused else 0


def _is_sealed(path: Path) -> bool:
    try:
        session = shelf.reseal(path)
    except OaoError as error:
        place = "" if error.where == str(path) else f" ({error.where})"
        say(f"refused  {path}: {error.what}{place}. {error.remedy}")
        return False
    say(f"sealed   {path}: {plural(len(session.exchanges), 'exchange')}")
    return True
