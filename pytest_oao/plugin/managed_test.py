"""What the engine tells a managed test, and what its kinds have in common."""

from pathlib import Path
from shlex import quote
from typing import Any, Protocol

import pytest

from pytest_oao.cassette.redacting import redacted_value
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import NothingRecorded
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.sites import Project

TEARDOWN = "teardown: failed"
"""What `failed` says where fixtures could not be taken down."""


class ManagedTest(Protocol):
    """One attempt of one managed test, in the order in which its parts are called."""

    running: RunningSession
    gateway: Gateway
    failed: list[str]
    """Phases that failed or were skipped, and which of the two."""
    summary: dict[str, Any]
    """What the end of the run tells of this test; filled in by `end`."""

    def begin(self) -> None:
        """Open the session, before the first fixture."""

    def before_call(self) -> None:
        """Raise what must fail the test before its function runs."""

    def after_success(self) -> None:
        """Raise what must fail the test although its function returned."""

    def before_teardown(self) -> bool:
        """Take note that fixtures are taken down from now on; return whether what halts then was told."""

    def end(self) -> None:
        """Close the session, after the last fixture; raises what was found wrong only now."""

    def abandon(self) -> None:
        """Close the session of a test that was broken off."""


TEST = pytest.StashKey[ManagedTest]()
"""The attempt of a test that has a session."""


def project_of(item: pytest.Item) -> Project:
    """Return the code that the agent and the test are made of."""
    return Project(item.config.rootpath, item.path)


def display(path: Path, config: pytest.Config) -> str:
    """Return a path as the user would type it."""
    try:
        return path.relative_to(config.invocation_params.dir).as_posix()
    except ValueError:
        return str(path)


def command_of(item: pytest.Item, redactor: Redactor) -> str:
    """Return the command that records a test, as the user would type it."""
    return f"pytest --oao-record {quoted_name(item, redactor)}"


def quoted_name(item: pytest.Item, redactor: Redactor) -> str:
    """Return a test's name as the user would type it; all its parameters where one is a secret."""
    module, colons, rest = item.nodeid.partition("::")
    rest = rest if redactor.text(rest) == rest else rest.partition("[")[0]
    return quoted(f"{display(item.config.rootpath / module, item.config)}{colons}{rest}")


def quoted(name: str) -> str:
    """Return a name as the user would type it, for a shell to take as one."""
    return quote(name) if any(sign in name for sign in '"$`\\!') else f'"{name}"'


def nothing_recorded(item: pytest.Item) -> NothingRecorded:
    """Return what a test fails with that says it is managed and made no host call, live or replayed."""
    return NothingRecorded(
        "the test is managed and made no host call that pytest-oao sees",
        where=item.nodeid,
        remedy="remove the oao marker or fixture, or look whether the agent's client is one that is seen (limits.md)",
    )


def task_of(item: pytest.Item, redactor: Redactor) -> JSON:
    """Return what the test passed, without secrets: its id, and those of its parameters that are plain values.

    The representation of any other may hold an address, and be another one in each run.
    """
    callspec = getattr(item, "callspec", None)
    passed = callspec.params.items() if callspec else ()
    plain = {name: value for name, value in passed if value is None or isinstance(value, str | int | float)}
    parameters: JSONObject = dict(plain)
    return redacted_value({"test": item.nodeid, "parameters": parameters}, redactor)
