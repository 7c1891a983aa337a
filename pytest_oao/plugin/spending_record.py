"""What a test came to, as plain data: it survives its way from a worker of xdist."""

from typing import Any

from pytest_oao.model.ledgers import Ledger, Line, tokens_of
from pytest_oao.policy.prices import Prices
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.spending import spent_of
from pytest_oao.runtime.whole_sessions import whole_session


def spending_record(gateway: Gateway, prices: Prices) -> dict[str, Any]:
    """Return what a test's calls came to: those that were made for real, and those that the record answered."""
    live: list[Line] = []
    replayed: list[Line] = []
    for spent in spent_of(whole_session(gateway, gateway.session()), prices):
        (live if spent.exchange.seq in gateway.live else replayed).append(spent.line)
    return record_of(Ledger(tuple(live)), Ledger(tuple(replayed)))


def record_of(live: Ledger, replayed: Ledger) -> dict[str, Any]:
    """Return what two ledgers came to: of calls that were made for real, and of those that were not."""
    made, answered = live.total, replayed.total
    whole = made + answered
    return {
        "steps": whole.steps,
        "models": live.models.calls + replayed.models.calls,
        "tokens": tokens_of(whole.usage),
        "untold": whole.untold,
        "live": live.models.calls,
        "cost": str(made.cost),
        "unpriced": made.unpriced,
        "saved": str(answered.cost),
        "unsaved": answered.unpriced,
    }
