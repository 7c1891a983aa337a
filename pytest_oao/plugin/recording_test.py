"""A managed test that runs live: journal while it runs, cassette when it has passed."""

from contextlib import ExitStack
from typing import Any

import pytest

from pytest_oao.cassette.continuity import steady
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.redacting import redacted_header
from pytest_oao.errors import NothingRecorded, OaoError
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.plugin.managed_test import Shared, display, project_of, task_of
from pytest_oao.plugin.settings import Settings
from pytest_oao.runtime.execution import execution_of
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.guards import RecordingGuard
from pytest_oao.runtime.headers import runtime_versions, session_id
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running import start, stop
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder


class RecordingTest:
    """One attempt; a failed one replaces no cassette and leaves its journal beside it."""

    running: RunningSession

    def __init__(self, shared: Shared, item: pytest.Item, settings: Settings) -> None:
        self.shared, self.item, self.settings = shared, item, settings
        self.path = settings.cassette.with_suffix(".oao.jsonl")
        self.project = project_of(item)
        self.failed: list[str] = []
        self._open = ExitStack()

    def begin(self) -> None:
        """Begin the journal and go live."""
        header = Header(session_id(), test=self.item.nodeid, runtime=runtime_versions())
        header = redacted_header(header, self.shared.redactor)
        self.journal = Journal.create(self.path, header)
        self.gateway = Gateway(
            header, Recorder(), Scribe(self.shared.redactor, self.project, self.journal), self.shared.passthrough
        )
        self.running = RunningSession(self.gateway, self.settings.cassette)
        self._open.enter_context(guarded(RecordingGuard(self.shared.passthrough)))
        start(self.gateway)
        self._open.callback(stop, self.gateway)

    def before_call(self) -> None:
        """Let the test run."""

    def after_failure(self) -> None:
        """Show the first halt, whatever the agent made of it."""
        if self.gateway.halted is not None:
            raise self.gateway.halted

    def after_success(self) -> None:
        """Refuse a recording that halted, or of a test that says it is managed and made no host call."""
        self.gateway.finish()
        if self.settings.asked_for and not self.gateway.exchanges:
            raise NothingRecorded(
                "the test is managed and made no host call that pytest-oao sees",
                where=self.item.nodeid,
                remedy="remove the oao marker, or look whether the agent's client is one on httpx or httpx2",
            )

    def reported(self, report: pytest.TestReport) -> None:
        """Remember what failed, and what was skipped: neither makes a cassette."""
        if report.failed or (report.skipped and not hasattr(report, "wasxfail")):
            self.failed.append(f"{report.when}: {report.outcome}")

    def end(self) -> dict[str, Any]:
        """Seal the cassette of a test that passed; keep the journal of one that failed."""
        self._open.close()
        ending = Ending("failed", self.failed[0]) if self.failed else Ending("passed")
        self.journal.close(ending)
        if self.failed or not self.gateway.exchanges:
            return self._kept()
        session = self._sealed(ending)
        self.path.unlink()
        return {"recorded": display(self.settings.cassette, self.item.config), "calls": len(session.exchanges)}

    def _kept(self) -> dict[str, Any]:
        if not self.gateway.exchanges:
            self.path.unlink()
            return {"empty": self.item.nodeid}
        return {"journal": display(self.path, self.item.config), "why": self.failed[0]}

    def _sealed(self, ending: Ending) -> Session:
        root = self.item.config.rootpath
        calls = [exchange.call for exchange in self.gateway.exchanges]
        self.gateway.describe(execution=execution_of(task_of(self.item), self.project.files, root, calls))
        session = self.gateway.session(ending)
        before = self._before()
        session = steady(session, before) if before else session
        self.shared.store.save(session, self.settings.cassette)
        return session

    def _before(self) -> Session | None:
        """Return what the cassette held before; None where it cannot be read, which recording anew remedies."""
        try:
            return self.shared.store.load(self.settings.cassette)
        except OaoError:
            return None
