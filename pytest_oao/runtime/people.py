"""Who answers a person's questions while recording: answers that were given beforehand, else a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from pytest_oao.errors import NobodyAnswers
from pytest_oao.runtime.running import current

Answer = Callable[[Any], Any]
"""Returns the answer to a question: the text of a prompt, or what `oao.ask` is given."""

_NOT_GIVEN: Any = object()
_REMEDY = "record in a terminal, without -n; or give the answers: with pytest_oao.answering('yes'): ..."
_GIVEN: ContextVar["_Given | None"] = ContextVar("oao_answers", default=None)
_consoles: list[Callable[[], AbstractContextManager[object]]] = []


class _Given:
    """Answers in the order in which they are used up; a function answers for good."""

    def __init__(self, answers: tuple[Any, ...]) -> None:
        self._answers = list(answers)

    def to(self, question: Any) -> Any:  # noqa: ANN401 - whatever a person answers
        """Return the next answer, or a mark that there is none."""
        if not self._answers:
            return _NOT_GIVEN
        if callable(self._answers[0]):
            return self._answers[0](question)
        return self._answers.pop(0)


@contextmanager
def answering(*answers: Any) -> Iterator[None]:
    """Have questions to people answered inside, one after the other; a function answers all that are left.

    For recordings that no person attends. In a replay the record answers.
    """
    token = _GIVEN.set(_Given(answers))
    try:
        yield
    finally:
        _GIVEN.reset(token)


@contextmanager
def console(opened: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
    """Have `opened()` entered around each question at the terminal, where output is captured otherwise."""
    _consoles.append(opened)
    try:
        yield
    finally:
        _consoles.remove(opened)


def given_answer(question: Any) -> tuple[Any] | None:  # noqa: ANN401 - as it was asked
    """Return the answer that was given beforehand, None where there is none."""
    given = _GIVEN.get()
    answer = given.to(question) if given is not None else _NOT_GIVEN
    return None if answer is _NOT_GIVEN else (answer,)


def asked_at_the_terminal(question: str, read: Callable[[], str], remedy: str = "") -> str:
    """Return what a person types; raises NobodyAnswers where a session is recorded and nobody is there."""
    with _consoles[-1]() if _consoles else nullcontext():
        if current() is not None and not _attended():
            _require_somebody(question, remedy)
        return read()


def _attended() -> bool:
    """Whether somebody can type: a terminal, or a pipe that is no part of a test run."""
    stdin = sys.stdin
    try:
        return stdin is not None and (stdin.isatty() or not _consoles)
    except ValueError:  # closed
        return False


def _require_somebody(question: str, remedy: str) -> None:
    gateway = current()
    assert gateway is not None
    gateway.unseen(
        NobodyAnswers(
            f"a person is asked, and nobody can answer: {question[:200]!r}",
            where=gateway.header.test,
            remedy=remedy or _REMEDY,
        )
    )
