"""What the engine tells a managed test, and what it may ask of the engine."""

from pathlib import Path
from typing import Any, Protocol

import pytest

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.ports import Store
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.sites import Project


class Shared(Protocol):
    """What all managed tests of a run share."""

    config: pytest.Config
    redactor: Redactor
    store: Store
    passthrough: frozenset[str]


class ManagedTest(Protocol):
    """One attempt of one managed test, in the order in which its parts are called."""

    running: RunningSession

    def begin(self) -> None:
        """Open the session, before the first fixture."""

    def before_call(self) -> None:
        """Raise what must fail the test before its function runs."""

    def after_success(self) -> None:
        """Raise what must fail the test although its function returned."""

    def after_failure(self) -> None:
        """Raise the first halt in place of what the agent made of it."""

    def reported(self, report: pytest.TestReport) -> None:
        """Take note of a phase's outcome."""

    def end(self) -> dict[str, Any]:
        """Close the session, after the last fixture, and return what the terminal summary tells of it."""


def project_of(item: pytest.Item) -> Project:
    """Return the code that the agent and the test are made of."""
    return Project(item.config.rootpath, item.path)


def display(path: Path, config: pytest.Config) -> str:
    """Return a path as the user would type it."""
    try:
        return path.relative_to(config.invocation_params.dir).as_posix()
    except ValueError:
        return str(path)


def task_of(item: pytest.Item) -> dict[str, Any]:
    """Return what the test passed: its id and its parameters."""
    callspec = getattr(item, "callspec", None)
    parameters = {name: repr(value) for name, value in callspec.params.items()} if callspec else {}
    return {"test": item.nodeid, "parameters": parameters}
