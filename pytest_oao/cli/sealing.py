"""`oao seal`: takes cassettes that were edited by hand as they now are."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cassette import shelf
from pytest_oao.cassette.disk import read_bounded
from pytest_oao.cassette.limits import FILE_BYTES
from pytest_oao.cli.files import files_of
from pytest_oao.cli.output import count_of, plural, say
from pytest_oao.cli.recordings import is_cassette
from pytest_oao.errors import OaoError


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("seal", help="accept cassettes edited by hand", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Seal file by file; 1 where one was refused."""
    verdicts = [_seal(found.path) for found in files_of(arguments.paths, is_cassette, "cassette")]
    sealed, unchanged, refused = map(verdicts.count, ("sealed", "unchanged", "refused"))
    say(f"{plural(sealed, 'file')} sealed, {unchanged} unchanged, {refused} refused")
    return 1 if refused else 0


def _seal(path: Path) -> str:
    """Seal a file, say what came of it, and return that in one word."""
    try:
        before = read_bounded(path, FILE_BYTES)
        session = shelf.reseal(path)
        verdict = "unchanged" if read_bounded(path, FILE_BYTES) == before else "sealed"
    except OaoError as error:
        place = "" if error.where == str(path) else f" ({error.where})"
        say(f"refused    {path}: {error.what}{place}. {error.remedy}")
        return "refused"
    say(f"{verdict:<11}{path}: {count_of(session).short}")
    return verdict
