"""What a finished or imported session has spent, and whether it was within a policy."""

from collections.abc import Iterable, Iterator, Sequence

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange, last_seq
from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.outcomes import was_made
from pytest_oao.model.readings import is_reading, without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.model.violations import LAST, Breach, Spent, Violation
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.gates import Gate, RequireApproval
from pytest_oao.policy.judge import Judge
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.prices import Prices
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Tally, line_in_flight
from pytest_oao.providers.description import reply
from pytest_oao.runtime.approvals import Approvals
from pytest_oao.runtime.call_facts import TOLD, facts_of, rationale_of, settled_of
from pytest_oao.runtime.lanes import OUTERMOST
from pytest_oao.runtime.recorded_places import Numbers, Places


def ledger_of(session: Session, prices: Prices) -> Ledger:
    """Return the sum of a session's calls, those in doubt among them; those that somebody said no to are none."""
    tally = Tally(prices)
    for exchange, facts in _calls(session):
        facts.failed = tally.attempts.failed(facts.call, facts.at)
        tally.began_at(facts)
        tally.settle(settled_of(exchange, facts, prices))
    doubted = _made(session.in_doubt)
    return sum((Ledger((line_in_flight(facts_of(call, OUTERMOST)),)) for call in doubted), tally.ledger)


def spent_of(session: Session, prices: Prices) -> list[Spent]:
    """Return the calls of a session, each with its line of the ledger."""
    return [Spent(exchange, settled_of(exchange, facts, prices).line) for exchange, facts in _calls(session)]


def judged(
    session: Session, policy: Policy, prices: Prices, rules: Sequence[Rule] = (), where: str = ""
) -> Violation | None:
    """Return the first rule that a session broke, None where it was within the policy.

    It is judged by what was told: a request by the tokens that it took, not by an estimate of them.
    """
    trial = _Trial(session, policy, Judge(policy, prices, rules), where)
    for exchange, facts in _calls(session, denied=True):
        violation = trial.violation(exchange, facts, prices)
        if violation is not None:
            return violation
    return trial.doubted(session)


class _Trial:
    """The calls of a session before a judge, one after the other."""

    def __init__(self, session: Session, policy: Policy, judge: Judge, where: str) -> None:
        self._by_seq = {exchange.seq: exchange for exchange in session.exchanges}
        self._policy, self._judge, self._where = policy, judge, where or session.header.test or session.header.id
        self._approval = RequireApproval(Gate(policy, lambda one: one.require_approval))
        self._approvals = Approvals()
        self._last: list[Spent] = []

    def violation(self, exchange: Exchange, facts: Facts, prices: Prices) -> Violation | None:
        """Return what a call broke, None where nothing."""
        facts.reads = TOLD
        facts.rationale = self._rationale(exchange)
        breach = self._judge.before(facts) or self._judge.begins(facts) or self._unapproved(facts)
        if breach is not None or not was_made(exchange.outcome):
            return self._told(breach, exchange.call, exchange.seq)
        settled = settled_of(exchange, facts, prices)
        breach = self._judge.after(settled)
        self._approvals.heard(exchange.call, exchange.outcome)
        self._last.append(Spent(settled.exchange, settled.line))
        return self._told(breach, exchange.call, exchange.seq)

    def doubted(self, session: Session) -> Violation | None:
        """Return what a call broke that was made, and of which nobody knows what it came to."""
        for number, call in enumerate(_made(session.in_doubt), last_seq(session.exchanges) + 1):
            facts = facts_of(call, OUTERMOST)
            facts.reads = TOLD
            violation = self._told(self._judge.before(facts) or self._judge.begins(facts), call, number)
            if violation is not None:
                return violation
        return None

    def _unapproved(self, facts: Facts) -> Breach | None:
        tally = self._judge.tally
        if self._approval.before(facts, tally) is None:
            return None
        approval = self._approvals.of(facts)
        facts.approved = approval is not None and approval.approved
        return self._approval.before(facts, tally)

    def _rationale(self, exchange: Exchange) -> str:
        cause = self._by_seq.get(exchange.call.caused_by or 0)
        return rationale_of(reply(cause.call, cause.outcome)) if cause is not None else ""

    def _told(self, breach: Breach | None, call: Call, number: int) -> Violation | None:
        if breach is None:
            return None
        ledger, last = self._judge.tally.ledger, tuple(self._last[-LAST:])
        breach = breach.with_found(breach.found)
        return Violation(self._policy.name, breach, "found", call, number, ledger, last, self._where)


def _calls(session: Session, *, denied: bool = False) -> Iterator[tuple[Exchange, Facts]]:
    """Yield the calls that were made, in order, with what is known of each; if asked for, the `denied` ones too."""
    places, numbers = Places(), Numbers(session.exchanges)
    for exchange in without_readings(session.exchanges):
        if not (denied or was_made(exchange.outcome)):
            continue
        within = places.within(exchange)
        places.add(exchange)
        facts = facts_of(exchange.call, within, exchange.started_at or None)
        facts.number = numbers.of(exchange)
        yield exchange, facts


def _made(calls: Iterable[Call]) -> list[Call]:
    return [call for call in calls if not is_reading(call)]
