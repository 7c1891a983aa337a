"""How a recorder's sessions begin: beside a program in production, or strictly, for what is to become a fixture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pytest_oao.api.outer_sessions import policing_within
from pytest_oao.api.plans import Plan
from pytest_oao.api.production_runs import ProductionRun
from pytest_oao.api.recorded_sessions import unrecorded
from pytest_oao.api.run_labels import Labels
from pytest_oao.api.runs import EnclosedRun, NoRun, Run, StrictRun
from pytest_oao.api.samples import Sample, chosen
from pytest_oao.api.seams import Seams
from pytest_oao.api.strict_recording import strict_session
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import enclosing
from pytest_oao.stores.production import Production
from pytest_oao.stores.sinks import RecordSink
from pytest_oao.stores.tallies import Counts, Tally


class SessionKind(Protocol):
    """Begins sessions."""

    @property
    def counts(self) -> Counts:
        """What they came to so far."""

    def begin(self, given: Sequence[Any], named: Mapping[str, Any], *, keeps_empty: bool = False) -> Run:
        """Begin one for work that is given these arguments; `keeps_empty` keeps one without a call."""

    def stay(self) -> None:
        """Expect many of them."""

    def drain(self, seconds: float) -> bool:
        """Wait until what was recorded is in the store; False where that takes longer."""

    def close(self) -> None:
        """Leave the program as it was before the first of them."""


class ProductionSessions:
    """Records beside the program: what fails costs a record, and is counted."""

    def __init__(self, plan: Plan, production: Production, sample: Sample) -> None:
        self._plan, self._production, self._sample = plan, production, sample
        self._seams = Seams()
        self._no_run = NoRun(unrecorded(plan, production.store))

    @property
    def counts(self) -> Counts:
        """What the sessions came to so far."""
        return self._production.tally.counts

    def begin(self, given: Sequence[Any], named: Mapping[str, Any], *, keeps_empty: bool = False) -> Run:
        """Begin a session, unless there is one that takes it in, or chance has it otherwise."""
        outer = enclosing()
        if outer is not None:
            return enclosed_run(outer, self._plan, Path())
        sink = self._sink(given, named) if self._chooses(given, named) else None
        if sink is not None and keeps_empty:
            sink.begin()
        if self._plan.is_policed:
            return self._run(sink or self._unwritten())
        try:
            return self._no_run if sink is None else self._run(sink)
        except Exception as error:  # noqa: BLE001 - whatever it is, the program goes on
            self._drop(error)
            return self._no_run

    def _chooses(self, given: Sequence[Any], named: Mapping[str, Any]) -> bool:
        try:
            is_chosen = chosen(self._sample, given, named)
        except Exception as error:  # noqa: BLE001 - it is the program's own
            self._drop(error)
            return False
        if not is_chosen:
            self._production.tally.sampled_out()
        return is_chosen

    def _sink(self, given: Sequence[Any], named: Mapping[str, Any]) -> RecordSink | None:
        """Return what a new session is written to; None where it cannot be said what it is of."""
        try:
            header = self._plan.header(self._plan.labelling.of(given, named))
            return self._production.sink(header, self._plan.cleaning())
        except Exception as error:  # noqa: BLE001 - it is the program's own
            self._drop(error)
            return None

    def _unwritten(self) -> RecordSink:
        """Return what writes nothing of a session that a policy holds all the same."""
        return self._production.unwritten(self._plan.header(Labels()), self._plan.cleaning())

    def _run(self, sink: RecordSink) -> Run:
        return ProductionRun(self._plan, self._production, sink, self._seams)

    def _drop(self, error: Exception) -> None:
        self._production.tally.dropped(repr(self._production.store), f"{type(error).__name__}: {error}")

    def stay(self) -> None:
        """Keep the adapters in place from the next session on."""
        self._seams.stay()

    def drain(self, seconds: float) -> bool:
        """Wait until what was recorded is in the store; False where that takes longer."""
        return self._production.drain(seconds)

    def close(self) -> None:
        """Take the adapters out."""
        self._seams.close()


class StrictSessions:
    """Records so that nothing is missing: what fails stops the program."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan, self._folder, self._tally = plan, folder, Tally()

    @property
    def counts(self) -> Counts:
        """What the sessions came to so far: what is lost stops the program, and is counted nowhere."""
        return self._tally.counts

    def begin(self, given: Sequence[Any], named: Mapping[str, Any], *, keeps_empty: bool = False) -> Run:
        """Begin a session, unless there is one that takes it in; raises OaoError."""
        del keeps_empty
        outer = enclosing()
        if outer is not None:
            return enclosed_run(outer, self._plan, self._folder)
        return StrictRun(strict_session(self._plan, self._folder, self._plan.labelling.of(given, named), self._tally))

    def stay(self) -> None:
        """Accept it: a script has few."""

    def drain(self, seconds: float) -> bool:
        """Return True: everything is written at once."""
        del seconds
        return True

    def close(self) -> None:
        """Accept it: each session has left nothing."""


def enclosed_run(outer: Gateway, plan: Plan, folder: Path) -> Run:
    """Return what has the work be of a session that was there before; raises BadPolicy."""
    policing = policing_within(outer, plan.policing)
    policing.enforced(plan.policy, "pytest_oao.record")
    return EnclosedRun(outer, policing, plan.policy, folder)
