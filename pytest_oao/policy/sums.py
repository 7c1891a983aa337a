"""A line of the ledger as it grows: added to with each call, and made a line again when somebody asks."""

from decimal import Decimal

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import EXACT, Line


class Sum:
    """The sum of lines of one kind and name."""

    __slots__ = ("_calls", "_cost", "_failed", "_first", "_retries", "_steps", "_unpriced", "_untold", "_usage")

    def __init__(self, first: Line) -> None:
        self._first = first
        self._calls = self._steps = self._failed = self._retries = self._untold = self._unpriced = 0
        self._usage, self._cost = Usage(), Decimal(0)

    def add(self, line: Line) -> None:
        """Add a line."""
        self._calls += line.calls
        self._steps += line.steps
        self._failed += line.failed
        self._retries += line.retries
        if line.is_model:
            self._untold += line.untold
            self._unpriced += line.unpriced
            self._usage += line.usage
            self._cost = EXACT.add(self._cost, line.cost)

    @property
    def line(self) -> Line:
        """The sum as a line."""
        first = self._first
        return Line(
            first.kind,
            first.name,
            self._calls,
            self._steps,
            first.is_tool,
            first.is_model,
            self._failed,
            self._retries,
            self._usage,
            self._untold,
            self._cost,
            self._unpriced,
        )
