"""`oao`: reads, checks, compares, seals and imports recordings, and explains errors."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version

from pytest_oao.cli import checking, comparing, explaining, importing, sealing, showing
from pytest_oao.cli.output import LostOutput, discard, finish, put
from pytest_oao.errors import OaoError
from pytest_oao.report.printable import printable

OK, WRONG, UNUSABLE = 0, 1, 2
"""Exit codes: nothing is wrong; something was found to be wrong; the command could not do its work."""
_COMMANDS = (showing, checking, comparing, sealing, importing, explaining)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an OaoError is told on stderr."""
    _write_anything()
    try:
        code = _run(argv)
        finish()
    except OaoError as error:
        sys.stderr.write(f"oao: {printable(str(error))}\n")
        return UNUSABLE
    except LostOutput as error:
        sys.stderr.write(f"oao: {error}\n  Make room, or send it elsewhere.\n")
        return UNUSABLE
    except BrokenPipeError:  # who reads our output, as `head` does, has seen enough
        discard()
        return WRONG
    return code


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments)
    except SystemExit as stop:  # argparse has said what is wrong, or shown its help
        return stop.code if isinstance(stop.code, int) else UNUSABLE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oao", description="Recorded sessions of agents: cassettes and journals.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version")
    parser.set_defaults(run=lambda _: _help(parser))
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return UNUSABLE


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        put(f"oao {version('pytest-oao')}\n")
        parser.exit()


def _write_anything() -> None:
    """Have terminals whose encoding lacks a character show an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
