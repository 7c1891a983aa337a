"""A session of a program in production: recorded beside it, and what goes wrong costs the record, not the program."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from pytest_oao.adapters.own_world import own_world
from pytest_oao.api.judging import judged
from pytest_oao.api.plans import Plan
from pytest_oao.api.recorded_sessions import RecordedSession
from pytest_oao.api.seams import Seams
from pytest_oao.errors import SeamMissing
from pytest_oao.model.sessions import Ending
from pytest_oao.runtime.bystander import Bystander
from pytest_oao.runtime.halts import stopped
from pytest_oao.runtime.onlooker import Onlooker
from pytest_oao.runtime.running import abandon, on_its_strand, start, stop
from pytest_oao.runtime.worlds import recording_world
from pytest_oao.stores.production import Production
from pytest_oao.stores.sinks import RecordSink

_END = 2.0
"""Seconds for which the end of a session waits for a disk at most."""


class ProductionRun:
    """A session whose calls are recorded; where a policy holds, judged whether they are recorded or not."""

    def __init__(self, plan: Plan, production: Production, sink: RecordSink, seams: Seams) -> None:
        self._production, self._sink, self._record, self._seams = production, sink, sink.record, seams
        told = self._record.header, plan.scribe(sink), plan.terms(), self._record.lose
        self._gateway = Bystander(*told) if plan.is_policed else Onlooker(*told, sink)
        self._record.on_loss = lambda: abandon(self._gateway)
        self.running = RecordedSession(self._gateway, plan, production.store, self._record if sink.writes else None)
        self._world: Callable[[], AbstractContextManager[object]] = nullcontext
        if plan.deterministic:
            world = recording_world(self._gateway, plan.root)
            self._world = lambda: own_world(world)
        self._installation = seams.taken()
        try:
            self._look_for_what_is_unseen()
        except SeamMissing:
            seams.left(self._installation)
            raise
        start(self._gateway)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have what is inside be of the session."""
        with on_its_strand(self._gateway), self._world(), judged(self._gateway):
            yield

    def end(self, error: BaseException | None, *, waits: bool) -> None:
        """Seal the journal, beside the program unless it waits."""
        with ExitStack() as left:
            left.callback(self._seams.left, self._installation)
            if self._sink.is_ours:  # in a forked process, the session is its parent's to end
                left.callback(self._seal, error, waits=waits)
                left.callback(self._look_for_what_is_unseen)
            stop(self._gateway)

    def _look_for_what_is_unseen(self) -> None:
        """Say that a library is in use whose calls cannot be seen; raises SeamMissing where a policy is to see them."""
        try:
            self._installation.require()
        except SeamMissing as missing:
            self._gateway.unseen_library(missing)

    def _seal(self, error: BaseException | None, *, waits: bool) -> None:
        ending = Ending("passed")
        if error is not None:
            ending = stopped(error) or Ending("failed", type(error).__name__)
        known = self.running.said()
        if known:
            self._sink.known(known)
        self._sink.end(ending)
        self._production.finished(self._sink)
        if waits and self._production.store.is_near:
            self._sink.wait(_END)
