"""`oao check`: whether cassettes and journals are whole and unchanged, and what a policy would have said to them."""

import argparse
from typing import Any

from pytest_oao.cli import policy_checking
from pytest_oao.cli.output import count_of, plural, say
from pytest_oao.cli.recordings import NAMED, Recording, recordings_of
from pytest_oao.errors import BadOption, OaoError
from pytest_oao.model.outcomes import Raised
from pytest_oao.model.sessions import Session
from pytest_oao.report.session_facts import ending

_TOLD = ("failed", "stopped")
"""Endings that are told: such a recording is as whole as any, and somebody may want to know what it is of."""


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="check that recordings are whole and unchanged", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR|STORE", help=NAMED)
    parser.add_argument(
        "--policy", metavar="FILE|NAME", help="judge them by a policy: a file, or one of pyproject.toml"
    )
    parser.add_argument("--prices", metavar="FILE", help="what tokens cost, for --policy; else that of oao_prices")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="with --policy, show each violation whole")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check file by file; 1 where one is not as it should be."""
    if arguments.policy is not None:
        return policy_checking.run(arguments)
    if arguments.prices is not None:
        raise BadOption("--prices is for --policy", where="oao check", remedy="name a policy too: --policy NAME")
    verdicts = [_is_whole(one) for one in recordings_of(arguments.paths)]
    wrong = verdicts.count(False)
    say(f"{plural(len(verdicts), 'file')} checked, {wrong} wrong")
    return 1 if wrong else 0


def _is_whole(recording: Recording) -> bool:
    said = recording.said
    try:
        session = recording.checked_session()
        _require_bodies(session)
    except OaoError as error:
        place = "" if error.where == said else f" ({error.where})"
        say(f"wrong  {said}: {error.what}{place}. {error.remedy}")
        return False
    is_told = session.ending is not None and session.ending.status in _TOLD
    ended = f"; ended: {ending(session)}" if is_told else ""
    say(f"ok     {said}: {count_of(session).short}{ended}")
    return True


def _require_bodies(session: Session) -> None:
    """Have every body made, and its sha256 compared: raises DamagedFile."""
    for exchange in session.exchanges:
        _ = exchange.call.body.data
        if not isinstance(exchange.outcome, Raised):
            _ = exchange.outcome.body.data
