"""Rules of a project's own, as rules of ours."""

from collections.abc import Callable

from pytest_oao import ports
from pytest_oao.model.violations import Breach
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.rules import Rule
from pytest_oao.policy.tally import Settled, Tally
from pytest_oao.runtime.lanes import perform

_LIMIT = "a rule of the project"


class UserRule(Rule):
    """A rule that the project wrote: it says in words what is wrong; one that fails lets nothing through."""

    def __init__(self, rule: ports.Rule) -> None:
        self.name, self._rule = rule.name, rule

    def before(self, facts: Facts, tally: Tally) -> Breach | None:
        """Refuse a call that the rule has something against."""
        return self._breach(lambda: self._rule.before(facts.call, tally.ledger))

    def after(self, settled: Settled, tally: Tally) -> Breach | None:
        """Say what the rule has against a call that is over."""
        return self._breach(lambda: self._rule.after(settled.exchange, tally.ledger))

    def _breach(self, ask: Callable[[], str | None]) -> Breach | None:
        try:
            with perform():  # what it does is no call of the agent's
                said = ask()
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody says that the call may be made
            return Breach(self.name, _LIMIT, f"the rule failed: {type(error).__name__}: {error}")
        return Breach(self.name, _LIMIT, said) if said else None
