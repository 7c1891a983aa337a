"""A managed test that is answered from its cassette."""

from contextlib import ExitStack
from typing import Any

import pytest

from pytest_oao.errors import ChangedCode, IncompleteFile, NothingRecorded, OaoError, OaoHalt
from pytest_oao.model.sessions import Header, Session
from pytest_oao.plugin.managed_test import Shared, display, project_of
from pytest_oao.plugin.settings import Settings
from pytest_oao.ports import Source
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.execution import changed_modules
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.running import start, stop
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Refusal


class ReplayingTest:
    """One attempt; nothing of it reaches the world."""

    running: RunningSession

    def __init__(self, shared: Shared, item: pytest.Item, settings: Settings) -> None:
        self.shared, self.item, self.settings = shared, item, settings
        self.project = project_of(item)
        self.cassette = display(settings.cassette, item.config)
        self.unusable: OaoError | OaoHalt | None = None
        self._open = ExitStack()

    def begin(self) -> None:
        """Read the cassette and cut the world off."""
        self.session = Session(Header("none", test=self.item.nodeid))
        self.gateway = Gateway(
            self.session.header, self._source(), Scribe(self.shared.redactor, self.project), self.shared.passthrough
        )
        self.gateway.header = self.session.header
        self.running = RunningSession(self.gateway, self.settings.cassette)
        self._open.enter_context(guarded(ReplayGuard(self.shared.passthrough)))
        self._open.enter_context(dummy_credentials())
        start(self.gateway)
        self._open.callback(stop, self.gateway)

    def _source(self) -> Source:
        if not self.settings.cassette.exists():
            refusal = Refusal(self.cassette, f"record it: {self._command()}")
            self.unusable = refusal.error() if self.settings.asked_for else None
            return refusal
        try:
            self.session = self.shared.store.load(self.settings.cassette)
        except OaoError as error:
            self.unusable = error
            return Refusal(self.cassette, str(error))
        if not self.session.exchanges and self.settings.asked_for:
            self.unusable = NothingRecorded("the cassette holds no call", where=self.cassette, remedy=self._command())
        matcher = Matcher(self.shared.redactor, self.settings.ignore, self.session)
        return Replayer(
            self.session,
            matcher,
            order=self.settings.order,
            cassette=self.cassette,
            site=self.project.site,
            notes=self._notes,
            remedies=(f"{self._command()}   # record it anew",),
        )

    def before_call(self) -> None:
        """Fail at once when there is nothing to answer from."""
        if self.unusable is not None:
            raise self.unusable

    def after_failure(self) -> None:
        """Show the first divergence, whatever the agent made of it."""
        if self.gateway.halted is not None:
            raise self.gateway.halted

    def after_success(self) -> None:
        """Fail when the agent swallowed a divergence, made too few calls, or is not what was recorded."""
        self.gateway.finish()
        if self.settings.asked_for and not self.gateway.exchanges and not self.session.complete:
            raise IncompleteFile("the cassette is incomplete", where=self.cassette, remedy=self._command())
        if self.item.config.getini("oao_hash") == "strict" and (changed := self._changed()):
            raise ChangedCode(
                f"the agent's code is not what was recorded: {', '.join(changed)}",
                where=self.cassette,
                remedy=f"record it anew: {self._command()}",
            )

    def reported(self, report: pytest.TestReport) -> None:
        """Take note of nothing: a replay leaves nothing behind."""

    def end(self) -> dict[str, Any]:
        """Let the world back in."""
        self._open.close()
        return {"replayed": len(self.gateway.exchanges)} if self.gateway.exchanges else {}

    def _changed(self) -> tuple[str, ...]:
        return changed_modules(self.session.header.execution, self.item.config.rootpath)

    def _notes(self) -> tuple[str, ...]:
        changed = self._changed()
        return (f"changed since the recording: {', '.join(changed)}",) if changed else ()

    def _command(self) -> str:
        return f'pytest --oao-record "{self.item.nodeid}"'
