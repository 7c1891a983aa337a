"""What the commands print."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_oao.model.kinds import MODEL
from pytest_oao.model.outcomes import was_made
from pytest_oao.model.sessions import Session
from pytest_oao.report.printable import printable


class LostOutput(Exception):
    """Nothing can be printed any more: no error of what a command works on, and the end of the command."""


def say(line: str) -> None:
    r"""Print one line of our own words, file names and messages made harmless; a line end in one is shown as `\n`."""
    put(printable(line).replace("\n", "\\n") + "\n")


def put(text: str) -> None:
    """Print a text that is harmless as it stands; raises LostOutput."""
    with _written():
        sys.stdout.write(text)


def finish() -> None:
    """Have all that was printed be where the output goes; raises LostOutput where it cannot."""
    with _written():
        sys.stdout.flush()


def discard() -> None:
    """Have nothing be written any more, also not by the interpreter at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # who reads it has seen enough
        raise
    except OSError as error:
        discard()
        raise LostOutput(f"the output cannot be written: {error.strerror}") from error


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
