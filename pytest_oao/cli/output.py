"""What the commands print."""

import sys
from dataclasses import dataclass

from pytest_oao.model.kinds import MODEL
from pytest_oao.model.outcomes import was_made
from pytest_oao.model.sessions import Session
from pytest_oao.report.printable import printable


def say(line: str) -> None:
    r"""Print one line of our own words, file names and messages made harmless; a line end in one is shown as `\n`."""
    sys.stdout.write(printable(line).replace("\n", "\\n") + "\n")


def plural(count: int, noun: str) -> str:
    """Return `1 exchange`, `2 exchanges`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass(frozen=True, slots=True)
class Count:
    """How many exchanges recordings have; a call that was not made stands in them, and is none."""

    exchanges: int = 0
    model_calls: int = 0
    unmade: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.exchanges + other.exchanges, self.model_calls + other.model_calls, self.unmade + other.unmade)

    def __str__(self) -> str:
        return ", ".join((plural(self.exchanges, "exchange"), plural(self.model_calls, "model call"), *self._unmade))

    @property
    def short(self) -> str:
        """Without how many of them are model calls."""
        return ", ".join((plural(self.exchanges, "exchange"), *self._unmade))

    @property
    def _unmade(self) -> tuple[str, ...]:
        return (f"{plural(self.unmade, 'call')} not made",) if self.unmade else ()


def count_of(session: Session) -> Count:
    """Return how many exchanges a session has."""
    made = [exchange for exchange in session.exchanges if was_made(exchange.outcome)]
    models = sum(exchange.call.kind in MODEL for exchange in made)
    return Count(len(made), models, len(session.exchanges) - len(made))
