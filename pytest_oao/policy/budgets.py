"""Whether a run spent more than the one that is recorded: more calls, tokens or cost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pytest_oao.errors import BadOption
from pytest_oao.model.ledgers import Ledger, tokens_of

NO_WORSE = "no-worse"
TOLERANCE = Decimal(10)
"""Per cent, unless the setting says otherwise: models do not answer in the same number of words each time."""
_FORM = re.compile(rf"{NO_WORSE}(?:\s+(?P<percent>\d+(?:\.\d+)?)\s*%)?")


@dataclass(frozen=True, slots=True)
class Excess:
    """What there was more of than is recorded."""

    what: str
    """`calls`, `tokens` or `cost`."""
    recorded: Decimal
    now: Decimal


@dataclass(frozen=True, slots=True)
class Budget:
    """A run may spend what its cassette tells, and a tolerance."""

    tolerance: Decimal
    """Per cent."""

    @classmethod
    def of(cls, text: str) -> "Budget | None":
        """Read `no-worse` or `no-worse 5%`, None where it is empty; raises BadOption."""
        if not text.strip():
            return None
        found = _FORM.fullmatch(text.strip())
        if found is None:
            remedy = f"write {NO_WORSE}, or {NO_WORSE} 5%"
            raise BadOption(f"{text!r} is no budget", where="oao_budget", remedy=remedy)
        return cls(Decimal(found["percent"]) if found["percent"] else TOLERANCE)

    def excess(self, recorded: Ledger, now: Ledger) -> tuple[Excess, ...]:
        """Return what there is more of, by more than the tolerance; what either side does not know is not compared."""
        most = 1 + self.tolerance / 100
        return tuple(one for one in _compared(recorded, now) if one.now > one.recorded * most)


def _compared(recorded: Ledger, now: Ledger) -> Iterator[Excess]:
    before, after = recorded.total, now.total
    yield Excess("calls", Decimal(before.calls), Decimal(after.calls))
    if not before.untold and not after.untold:
        yield Excess("tokens", Decimal(tokens_of(before.usage)), Decimal(tokens_of(after.usage)))
    if not before.unpriced and not after.unpriced:
        yield Excess("cost", before.cost, after.cost)
