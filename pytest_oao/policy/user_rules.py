"""Rules of a project's own, as rules of ours."""

from pytest_oao import ports
from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled, Tally

_LIMIT = "a rule of the project"


class UserRule(Rule):
    """A rule that the project wrote: it says in words what is wrong."""

    def __init__(self, rule: ports.Rule) -> None:
        self.name, self._rule = rule.name, rule

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that the rule has something against."""
        said = self._rule.before(facts.call, tally.ledger)
        return Breach(self.name, _LIMIT, said) if said else None

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say what the rule has against a call that is over."""
        said = self._rule.after(settled.exchange, tally.ledger)
        return Breach(self.name, _LIMIT, said) if said else None
