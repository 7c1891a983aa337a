"""A managed test that is answered from its cassette."""

from contextlib import ExitStack
from functools import partial
from typing import Any
from weakref import ref

import pytest

from pytest_oao.adapters.own_world import own_world
from pytest_oao.errors import ChangedCode
from pytest_oao.model.outcomes import was_denied
from pytest_oao.model.readings import without_readings
from pytest_oao.model.sessions import Session
from pytest_oao.plugin.budget_check import require_no_worse
from pytest_oao.plugin.due_calls import due_of
from pytest_oao.plugin.managed_test import command_of, display, nothing_recorded, project_of, task_of
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.settings import Settings
from pytest_oao.plugin.spending_record import spending_record
from pytest_oao.plugin.world_record import variables_of
from pytest_oao.policy.policies import policy_hash
from pytest_oao.providers.compared import LEVELS
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.execution import changed_parts
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.replaying import Comparing, ReportContext, replay_gateway
from pytest_oao.runtime.running import shut, start
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.terms import Terms
from pytest_oao.runtime.variables import recorded_variables
from pytest_oao.runtime.whole_sessions import whole_session
from pytest_oao.runtime.worlds import replaying_world

_ALLOWING = "@pytest.mark.oao({})".format
_ANOTHER = "# where the change is meant, pin a session that was recorded since"
_WHOLE = "@pytest.mark.oao_sessions(..., where=lambda facts: facts.whole)   # leaves out runs whose client went away"
_UNHEEDED = "has no say here: the session has its requests as they were sent, not what another tool wrote of them"


class ReplayingTest:
    """One attempt; nothing of it reaches the world."""

    def __init__(self, run: PytestRun, item: pytest.Item, settings: Settings, session: Session) -> None:
        self.run, self.item, self.settings, self.session = run, item, settings, session
        self.cassette = display(settings.cassette, item.config)
        project = project_of(item)
        comparing = Comparing(run.redactor, settings.ignore, settings.order, settings.match)
        anew = f"{command_of(item, run.redactor)}   # record it anew"
        shown = (f"oao show -v {self.cassette}   # what it did", *(() if session.is_rebuilt else (_ANOTHER,)))
        remedies = shown if settings.pinned else (anew,)
        context = ReportContext(
            self.cassette,
            project.site,
            partial(_notes, ref(self)),
            remedies,
            _ALLOWING,
            recordable=not settings.pinned,
            leaving_out=(_WHOLE,) if settings.pinned else (),
        )
        policing = run.policing(item)
        self.prices = policing.prices
        terms = Terms(run.passthrough, run.reach, warden=policing.warden(settings.policy))
        scribe = Scribe(run.redactor, project)
        self.gateway, self.matcher = replay_gateway(session, settings.answers, comparing, context, scribe, terms)
        self.world = replaying_world(self.gateway, item.config.rootpath, session, settings.answers)
        self.running = RunningSession(settings.cassette, self.gateway, policing)
        self.failed: list[str] = []
        self.summary: dict[str, Any] = {}
        self._open = ExitStack()

    def begin(self) -> None:
        """Cut the world off."""
        self._open.enter_context(guarded(ReplayGuard(self.run.open_hosts)))
        self._open.enter_context(dummy_credentials(self.session.exchanges))
        start(self.gateway)
        self._open.callback(shut, self.gateway)
        self._open.enter_context(recorded_variables(self.session.header, variables_of(self.item)))
        self._open.enter_context(own_world(self.world))

    def before_call(self) -> None:
        """Let the test run."""

    def after_success(self) -> None:
        """Fail when the agent swallowed a divergence, made too few calls or none, or is not what was recorded."""
        self.gateway.finish(due_of(self.session.header))
        if self.settings.asked_for and not self.gateway.made:
            raise nothing_recorded(self.item)
        if self.item.config.getini("oao_hash") == "strict":
            self._require_unchanged()
        if self.run.budget is not None and self.gateway.live:
            now, prices = whole_session(self.gateway, self.gateway.session()), self.run.prices
            require_no_worse(self.run.budget, self.session, now, prices, self.settings, self.item.config)

    def before_teardown(self) -> bool:
        """Return whether a halt from now on comes of what was told: the session is poisoned, or out of step."""
        return bool(self.failed)

    def end(self) -> None:
        """Let the world back in; raises Diverged when a test that passed left out calls of its fixtures' teardown."""
        try:
            if not self.failed:
                self.gateway.finish()
        finally:
            self._open.close()
            settled = sum(not was_denied(one.outcome) for one in without_readings(self.gateway.exchanges))
            if settled:
                performed = len(self.gateway.live)
                self.summary |= {"test": self.item.nodeid, "replayed": settled - performed, "performed": performed}
                self.summary["spent"] = spending_record(self.gateway, self.prices)
                self.summary |= {"renamed": self.matcher.renamed, "levels": dict(self.matcher.levels)}
                answers = self.settings.answers
                self.summary |= {"patterns met": sorted(answers.used), "patterns unmet": list(answers.unused)}

    def abandon(self) -> None:
        """Let the world back in: the run was broken off."""
        self._open.close()

    def changed(self) -> tuple[str, ...]:
        """Return which parts of the execution hash are others than when the test was recorded."""
        task, policy = task_of(self.item, self.run.redactor), policy_hash(self.running.policy)
        return changed_parts(self.session.header, self.item.config.rootpath, task, policy)

    def _require_unchanged(self) -> None:
        changed = self.changed()
        if changed:
            raise ChangedCode(
                f"what ran is not what was recorded; changed: {', '.join(changed)}",
                where=self.cassette,
                remedy=f"record it anew: {command_of(self.item, self.run.redactor)}",
            )


def _notes(test: "ref[ReplayingTest]") -> tuple[str, ...]:
    """Return what a report says of how the test ran; by a weak reference: a test would hold on to itself."""
    running = test()
    if running is None:
        return ()
    changed = ", ".join(running.changed())
    match = running.settings.match
    unheeded = running.settings.pinned and match != LEVELS[0] and not running.session.is_rebuilt
    return (
        *([f"changed since the recording: {changed}"] if changed else ()),
        *([f"match={match!r} {_UNHEEDED}"] if unheeded else ()),
    )
