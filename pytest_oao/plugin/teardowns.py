"""A halt in a fixture's teardown: pytest takes the other fixtures down all the same.

It goes on after an Exception, and drops what is left to do after any other BaseException, as a halt is, lest an agent
swallows it. So a halt becomes an Exception where a finalizer ends: no code of an agent is left to see it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pytest_oao.errors import OaoHalt


class TornDown(Exception):
    """A session's halt came while a fixture was taken down."""

    def __init__(self, halt: OaoHalt) -> None:
        super().__init__(halt.what)
        self.halt = halt


def go_on(fixture: pytest.FixtureDef[Any]) -> None:
    """Have a fixture's finalizers raise TornDown in place of a halt, until `gone`; for its set-up has them added."""
    if "addfinalizer" not in vars(fixture):
        vars(fixture)["addfinalizer"] = partial(_add, fixture.addfinalizer)


def gone(fixture: pytest.FixtureDef[Any]) -> None:
    """Leave a fixture that was taken down as it was."""
    vars(fixture).pop("addfinalizer", None)


def halt_told(error: BaseException | None) -> OaoHalt | None:
    """Return the halt that a phase ended with, also as one of several errors of its fixtures."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(halt_told, error.exceptions)), None)
    if isinstance(error, TornDown):
        return error.halt
    return error if isinstance(error, OaoHalt) else None


def _add(add: Callable[[Callable[[], object]], None], finalizer: Callable[[], object]) -> None:
    add(partial(_finish, finalizer))


def _finish(finalizer: Callable[[], object]) -> None:
    try:
        finalizer()
    except (Exception, KeyboardInterrupt, pytest.exit.Exception, pytest.fail.Exception, pytest.skip.Exception):
        raise
    except BaseException as error:
        halt = _origin(error)
        if halt is None:
            raise
        raise TornDown(halt) from error


def _origin(error: BaseException | None) -> OaoHalt | None:
    """Return the halt that an error is, holds or came of: a task may have been cancelled by it."""
    told = halt_told(error)
    return told if told is not None or error is None else _origin(error.__cause__ or error.__context__)
