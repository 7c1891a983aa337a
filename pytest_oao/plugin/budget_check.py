"""`oao_budget`: a run that made calls for real spends no more than its cassette tells."""

import pytest

from pytest_oao.diff.sessions import paired
from pytest_oao.errors import BadOption, BudgetExceeded
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.sessions import Session
from pytest_oao.model.violations import Spent
from pytest_oao.plugin.managed_test import display
from pytest_oao.plugin.settings import Settings
from pytest_oao.policy.budgets import Budget
from pytest_oao.policy.prices import Prices
from pytest_oao.report.budget_text import steps_that_grew, told
from pytest_oao.runtime.spending import ledger_of, spent_of


def budget_of(config: pytest.Config) -> Budget | None:
    """Return what runs may spend; raises UsageError where the setting is none."""
    try:
        return Budget.of(str(config.getini("oao_budget")))
    except BadOption as error:
        raise pytest.UsageError(f"oao: {error}") from error


def require_no_worse(
    budget: Budget, recorded: Session, now: Session, prices: Prices, settings: Settings, config: pytest.Config
) -> None:
    """Raise BudgetExceeded where a run spent more than the one that is recorded."""
    excess = budget.excess(ledger_of(recorded, prices), ledger_of(now, prices))
    if not excess:
        return
    before = {spent.exchange.seq: spent for spent in spent_of(recorded, prices)}
    after = {spent.exchange.seq: spent for spent in spent_of(now, prices)}
    pairs = paired(_exchanges(before), _exchanges(after))
    steps = steps_that_grew([(_of(before, one), _of(after, other)) for one, other in pairs])
    what = f"more was spent than is recorded, by more than {budget.tolerance.normalize():f} %: {told(excess)}"
    raise BudgetExceeded(
        "\n    ".join((what, *steps)),
        where=display(settings.cassette, config),
        remedy="mend the agent; or record it as it is now: add -o oao_budget=",
    )


def _exchanges(spent: dict[int, Spent]) -> list[Exchange]:
    return [one.exchange for one in spent.values()]


def _of(spent: dict[int, Spent], exchange: Exchange | None) -> Spent | None:
    return None if exchange is None else spent[exchange.seq]
