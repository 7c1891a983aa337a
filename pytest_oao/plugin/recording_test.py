"""A managed test that runs live: journal while it runs, cassette when it has passed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from pytest_oao.adapters.own_world import own_world
from pytest_oao.cassette.continuity import steady
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.redacting import redacted_header, redacted_metadata
from pytest_oao.errors import IncompleteFile, NewerFormat, OaoError, OaoHalt
from pytest_oao.model.outcomes import Outcome, Raised, was_made
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.plugin.budget_check import require_no_worse
from pytest_oao.plugin.due_calls import due_record
from pytest_oao.plugin.late_journal import LateJournal
from pytest_oao.plugin.managed_test import TEARDOWN, display, nothing_recorded, project_of, task_of
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.settings import Settings
from pytest_oao.plugin.spending_record import spending_record
from pytest_oao.plugin.world_record import world_record
from pytest_oao.policy.policies import policy_hash
from pytest_oao.ports import Source
from pytest_oao.runtime.execution import execution_of
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.guards import RecordingGuard
from pytest_oao.runtime.halts import stopped
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.people import console
from pytest_oao.runtime.recording_header import runtime_versions, session_id
from pytest_oao.runtime.running import shut, start
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.worlds import recording_world


class RecordingTest:
    """One attempt; a failed one replaces no cassette and leaves its journal beside it."""

    def __init__(self, run: PytestRun, item: pytest.Item, settings: Settings, source: Source | None = None) -> None:
        self.run, self.item, self.settings = run, item, settings
        self.project = project_of(item)
        self.before = self._before()
        metadata = world_record(item, run.redactor, self.before)
        header = Header(session_id(), test=item.nodeid, runtime=runtime_versions(), metadata=metadata)
        header = redacted_header(header, run.redactor)
        self.journal = LateJournal(settings.cassette.with_suffix(SUFFIX), header)
        scribe = Scribe(run.redactor, self.project, self.journal)
        policing = run.policing(item)
        self.prices = policing.prices
        terms = Terms(run.passthrough, run.reach, warden=policing.warden(settings.policy))
        self.gateway = Gateway(header, source or Recorder(), scribe, terms)
        self.running = RunningSession(settings.cassette, self.gateway, policing)
        self.guard = RecordingGuard(run.open_hosts, at_once=settings.asked_for)
        self.called = 0
        self.failed: list[str] = []
        self.summary: dict[str, Any] = {}
        self._open = ExitStack()

    def begin(self) -> None:
        """Begin the journal and go live; raises OaoError."""
        if self.settings.asked_for:
            self.journal.reserve()
        self._open.enter_context(guarded(self.guard))
        self._open.enter_context(console(self._uncaptured))
        start(self.gateway)
        self._open.callback(shut, self.gateway)
        self._open.enter_context(own_world(recording_world(self.gateway, self.item.config.rootpath)))

    def before_call(self) -> None:
        """Let the test run."""

    def after_success(self) -> None:
        """Refuse a recording that halted, or of a test that says it is managed and made no host call."""
        self.called = self.gateway.last
        self.gateway.finish()
        if self.guard.noticed is not None and self.gateway.made:
            raise self.guard.noticed
        if self.settings.asked_for and not self.gateway.made:
            raise nothing_recorded(self.item)
        if self.run.budget is not None and self.before is not None:
            now, prices = self.gateway.session(), self.run.prices
            require_no_worse(self.run.budget, self.before, now, prices, self.settings, self.item.config)

    def before_teardown(self) -> bool:
        """Return whether a halt from now on comes of what was told: the session is poisoned, or out of step."""
        return bool(self.failed)

    def end(self) -> None:
        """Seal the cassette of a test that passed; keep the journal of one that failed."""
        told = bool(self.failed)
        try:
            self._leave()
        except (OaoError, OaoHalt):
            self.failed.append(TEARDOWN)
            if not told:
                raise
        finally:
            self.journal.close(self._ending())
            self._tell()
        if self.gateway.made and not self.failed:
            self._seal()
        if not self.gateway.made or not self.failed:
            self.journal.remove()

    def _ending(self) -> Ending:
        if not self.failed:
            return Ending("passed")
        return stopped(self.gateway.halted) or Ending("failed", self.failed[0])

    def abandon(self) -> None:
        """Leave the journal as it is: the run was broken off."""
        self._open.close()
        self.journal.abandon()

    @contextmanager
    def _uncaptured(self) -> Iterator[None]:
        """Let a person be asked: pytest's capturing stands aside meanwhile, of the input too."""
        capture = self.item.config.pluginmanager.get_plugin("capturemanager")
        if capture is None:
            yield
            return
        capture.suspend(in_=True)
        try:
            yield
        finally:
            capture.resume()

    def _leave(self) -> None:
        """Close the session; raises what makes it unfit for a cassette."""
        self._open.close()
        self.gateway.finish()
        for call in self.gateway.session().in_doubt:
            raise IncompleteFile(
                f"a call was still under way when the test ended ({call.target}, lane {call.lane}): it has no outcome",
                where=self.item.nodeid,
                remedy="have the test wait for the threads and tasks that it starts, then record again",
            )

    def _tell(self) -> None:
        if not self.gateway.made:
            return
        self.summary |= {"test": self.item.nodeid, "spent": spending_record(self.gateway, self.prices)}
        if self.failed:
            self.summary |= {"journal": display(self.journal.path, self.item.config), "why": self.failed[0]}

    def _seal(self) -> None:
        session = self._session()
        self.run.store.save(steady(session, self.before) if self.before else session, self.settings.cassette)
        self.summary |= {
            "recorded": display(self.settings.cassette, self.item.config),
            "calls": sum(was_made(one.outcome) for one in without_readings(session.exchanges)),
            "raised": sum(_unanswered(exchange.outcome) for exchange in session.exchanges),
        }

    def _session(self) -> Session:
        """Return the session with what is known only at its end."""
        session = self.gateway.session(Ending("passed"))
        task = task_of(self.item, self.run.redactor)
        calls = [exchange.call for exchange in session.exchanges]
        execution = execution_of(task, self.project.files, self.item.config.rootpath, calls)
        execution = replace(execution, policy=policy_hash(self.running.policy))
        came = self.running.said()
        known = redacted_metadata(came, self.run.redactor) if came else {}
        metadata = {**session.header.metadata, **due_record(self.called, self.gateway.last), **known}
        return replace(session, header=replace(session.header, execution=execution, metadata=metadata))

    def _before(self) -> Session | None:
        """Return what the cassette holds; None where it is missing or damaged, which recording anew remedies."""
        try:
            return self.run.store.load(self.settings.cassette)
        except NewerFormat as error:
            where = display(self.settings.cassette, self.item.config)
            remedy = f"{error.remedy}; or delete the file, and it is recorded anew in the format of this release"
            raise NewerFormat(error.what, where=where, remedy=remedy) from error
        except OaoError:
            return None


def _unanswered(outcome: Outcome) -> bool:
    """Whether a call was made and no answer came; that a tool raises is its answer."""
    return isinstance(outcome, Raised) and outcome.detail is None and was_made(outcome)
