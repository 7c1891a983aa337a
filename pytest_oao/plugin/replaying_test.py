"""A managed test that is answered from its cassette."""

from contextlib import ExitStack
from math import inf
from typing import Any

import pytest

from pytest_oao.errors import ChangedCode, IncompleteFile, MissingFile, OaoError
from pytest_oao.model.sessions import Header, Session
from pytest_oao.plugin.managed_test import Shared, command_of, display, nothing_recorded, project_of, task_of
from pytest_oao.plugin.recording_test import CALLED
from pytest_oao.plugin.settings import Settings
from pytest_oao.ports import Source
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.execution import changed_parts
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
        self.unusable: OaoError | None = None
        self.replayer: Replayer | None = None
        self.failed: list[str] = []
        self.summary: dict[str, Any] = {}
        self._open = ExitStack()

    def begin(self) -> None:
        """Read the cassette and cut the world off."""
        self.session = Session(Header("none", test=self.item.nodeid))
        self.gateway = Gateway(
            self.session.header, self._source(), Scribe(self.shared.redactor, self.project), self.shared.passthrough
        )
        self.gateway.header = self.session.header
        self.running = RunningSession(self.gateway, self.settings.cassette)
        if self.settings.asked_for or self.replayer is not None:
            self._open.enter_context(guarded(ReplayGuard(self.shared.passthrough)))
        self._open.enter_context(dummy_credentials())
        start(self.gateway)
        self._open.callback(stop, self.gateway)

    def _source(self) -> Source:
        try:
            self.session = self.shared.store.load(self.settings.cassette)
            self._require_whole()
        except MissingFile:
            return Refusal("there is no cassette to answer from", self.cassette, f"record it: {self._command()}")
        except OaoError as error:
            self.unusable = error
            return Refusal(error.what, error.where, error.remedy)
        matcher = Matcher(self.shared.redactor, self.settings.ignore, self.session)
        self.replayer = Replayer(
            self.session,
            matcher,
            order=self.settings.order,
            cassette=self.cassette,
            site=self.project.site,
            notes=self._notes,
            remedies=(f"{self._command()}   # record it anew",),
        )
        self.replayer.due = _called(self.session)
        return self.replayer

    def _require_whole(self) -> None:
        if not self.session.complete:
            what = "the session in this cassette was cut short"
            raise IncompleteFile(what, where=self.cassette, remedy=f"record it anew: {self._command()}")

    def before_call(self) -> None:
        """Fail at once when the cassette cannot be used; whether one is needed at all, only a call tells."""
        if self.unusable is not None:
            raise self.unusable

    def after_success(self) -> None:
        """Fail when the agent swallowed a divergence, made too few calls or none, or is not what was recorded."""
        self.gateway.finish()
        if self.settings.asked_for and not self.gateway.made:
            raise nothing_recorded(self.item)
        if self.item.config.getini("oao_hash") == "strict" and (changed := self._changed()):
            raise ChangedCode(
                f"what ran is not what was recorded; changed: {', '.join(changed)}",
                where=self.cassette,
                remedy=f"record it anew: {self._command()}",
            )

    def end(self) -> None:
        """Let the world back in; raises Diverged when a test that passed left out calls of its fixtures' teardown."""
        self._open.close()
        self.gateway.root.confined = True
        if self.gateway.exchanges:
            self.summary |= {"test": self.item.nodeid, "replayed": len(self.gateway.exchanges)}
            self.summary["renamed"] = self.replayer.matcher.renamed if self.replayer is not None else 0
        if self.replayer is not None and not self.failed:
            self.replayer.due = inf
            self.gateway.finish()

    def abandon(self) -> None:
        """Let the world back in: the run was broken off."""
        self._open.close()

    def _changed(self) -> tuple[str, ...]:
        task = task_of(self.item, self.shared.redactor)
        return changed_parts(self.session.header.execution, self.item.config.rootpath, task)

    def _notes(self) -> tuple[str, ...]:
        changed = self._changed()
        return (f"changed since the recording: {', '.join(changed)}",) if changed else ()

    def _command(self) -> str:
        return command_of(self.item, self.shared.redactor)


def _called(session: Session) -> float:
    """Return up to which `seq` the calls are due before the fixtures are taken down."""
    called = session.header.metadata.get(CALLED)
    return called if isinstance(called, int) else inf
