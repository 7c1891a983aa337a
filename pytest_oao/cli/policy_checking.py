"""`oao check --policy`: which of the sessions that there are a policy would have stopped, and where."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pytest_oao.cli.output import plural, put, say
from pytest_oao.cli.project_settings import project_prices
from pytest_oao.cli.recordings import Recording, recordings_of
from pytest_oao.errors import OaoError
from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.model.violations import Violation
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.policy_files import named_policy
from pytest_oao.policy.prices import Prices, named_prices
from pytest_oao.providers.description import replied
from pytest_oao.report.call_text import subject
from pytest_oao.report.ledger_text import by_kind
from pytest_oao.report.violation_text import render_violation
from pytest_oao.runtime.spending import judged, ledger_of

_TIMED = ("max_seconds", "rate")
_TOKENS = ("max_tokens", "max_input_tokens", "max_output_tokens")


class _Trial(NamedTuple):
    policy: Policy
    prices: Prices
    verbosity: int


def run(arguments: argparse.Namespace) -> int:
    """Judge file by file; 1 where the policy would have stopped one, or one cannot be read."""
    folder = Path.cwd()
    policy = named_policy(arguments.policy, folder)
    prices = named_prices(arguments.prices, folder) if arguments.prices else project_prices(folder)
    trial = _Trial(policy, prices, arguments.verbose)
    verdicts = Counter(_judge(one, trial) for one in recordings_of(arguments.paths))
    stopped, wrong = verdicts["stopped"], verdicts["wrong"]
    judged_ = verdicts.total() - wrong
    say(f"{stopped} of {plural(judged_, 'session')} would have been stopped" + (f", {wrong} wrong" if wrong else ""))
    return 1 if stopped or wrong else 0


def _judge(recording: Recording, trial: _Trial) -> str:
    """Say what the policy says to a session, and return that in one word."""
    said = recording.said
    try:
        session = recording.session()
        ledger = ledger_of(session, trial.prices)
        violation = judged(session, trial.policy, trial.prices, where=said)
    except OaoError as error:
        place = "" if error.where == said else f" ({error.where})"
        say(f"wrong    {said}: {error.what}{place}. {error.remedy}")
        return "wrong"
    untold = "".join(f"; {one}" for one in _untold(trial.policy, session, ledger))
    if violation is None:
        say(f"within   {said}: {by_kind(ledger) or 'no calls'}{untold}")
        return "within"
    say(f"stopped  {said}: {_stop(violation, session)}{untold}")
    if trial.verbosity:
        text = render_violation(violation, replies=replied, verbosity=trial.verbosity - 1)
        put(f"{text}\n\n")
    return "stopped"


def _stop(violation: Violation, session: Session) -> str:
    """Return where a session would have been stopped, and why."""
    breach = violation.breach
    calls = [exchange.seq for exchange in without_readings(session.exchanges)]
    place = (
        f"at call {calls.index(violation.number) + 1} of {len(calls)}" if violation.number in calls else "at its end"
    )
    call = f", {subject(violation.call)}" if violation.call else ""
    return f"{place}{call}: {breach.rule}: {breach.found}, {breach.limit}"


def _untold(policy: Policy, session: Session, ledger: Ledger) -> Iterator[str]:
    """Yield which limits could not be looked at, or not closely, for the session does not tell what they need."""
    timed = [name for name in _TIMED if getattr(policy, name) is not None]
    if timed and not all(exchange.started_at for exchange in without_readings(session.exchanges)):
        yield f"not judged: {', '.join(timed)} (the times of its calls are not known)"
    counted = [name for name in _TOKENS if getattr(policy, name) is not None]
    if counted and ledger.total.untold:
        answers = plural(ledger.total.untold, "answer")
        yield f"judged by an estimate: {', '.join(counted)} ({answers} came without the tokens)"
