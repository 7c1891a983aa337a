"""A managed test that nothing can answer: its cassette is missing, or cannot be used."""

from contextlib import ExitStack
from typing import Any

import pytest

from pytest_oao.errors import MissingFile, NotRecorded, OaoError
from pytest_oao.model.sessions import Header
from pytest_oao.plugin.managed_test import nothing_recorded, project_of
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.settings import Settings
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running import shut, start
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Refusal
from pytest_oao.runtime.terms import Terms


class RefusedTest:
    """One attempt; it fails before its function runs, or, where there is no cassette at all, at its first call."""

    def __init__(self, run: PytestRun, item: pytest.Item, settings: Settings, why: OaoError) -> None:
        refusal = Refusal(lambda _: NotRecorded(why.what, where=why.where, remedy=why.remedy))
        scribe = Scribe(run.redactor, project_of(item))
        self.gateway = Gateway(Header("none", test=item.nodeid), refusal, scribe, Terms(run.passthrough, run.reach))
        self.running = RunningSession(settings.cassette, self.gateway, run.policing(item))
        self.item = item
        self.why = why
        self.failed: list[str] = []
        self.summary: dict[str, Any] = {}
        self._asked_for = settings.asked_for
        self._open = ExitStack()

    def begin(self) -> None:
        """Cut the world off, for a test that makes host calls for certain."""
        if self._asked_for:
            self._open.enter_context(guarded(ReplayGuard(self.gateway.terms.open_hosts)))
        self._open.enter_context(dummy_credentials())
        start(self.gateway)
        self._open.callback(shut, self.gateway)

    def before_call(self) -> None:
        """Fail at once when the cassette cannot be used; whether one is needed at all, only a call tells."""
        if not isinstance(self.why, MissingFile):
            raise self.why

    def after_success(self) -> None:
        """Fail when the agent swallowed that it was refused a call, or made none."""
        self.gateway.finish()
        if self._asked_for:
            raise nothing_recorded(self.item)

    def before_teardown(self) -> bool:
        """Return whether a halt from now on comes of what was told: the session is poisoned, or out of step."""
        return bool(self.failed)

    def end(self) -> None:
        """Let the world back in."""
        self._open.close()

    def abandon(self) -> None:
        """Let the world back in: the run was broken off."""
        self._open.close()
