"""The gateway of a program in production: it looks on, and only a policy may stop anything.

What cannot be recorded is done all the same. The record is given up then, with a reason: one with a hole in it would
be taken for the whole.
"""

from collections.abc import Callable
from threading import RLock
from time import perf_counter, time

from pytest_oao.errors import LostRecord, OaoHalt, SeamMissing
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.causes import is_asked_for
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import Lane, placed
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms

_UNRECORDED = -1
"""The `seq` of a call that is made and not recorded."""


class Bystander(Gateway):
    """Records one session of many in a process, each the calls of its own strands; `lose` is told why it gave up."""

    is_wide = False

    def __init__(self, header: Header, scribe: Scribe, terms: Terms, lose: Callable[[str], None]) -> None:
        super().__init__(header, Recorder(), scribe, terms)
        self._lose = lose

    @property
    def may_halt(self) -> bool:
        """Whether there are rules that may refuse a call."""
        return self.warden.may_refuse

    def admit(self, call: Call, receiver: object = None) -> Admission:
        """Let a call happen; raises what a policy makes of it, and nothing else."""
        if self._closed:
            return Admission(_UNRECORDED, call)
        if self.may_halt:
            return super().admit(call, receiver)
        try:
            return self._begins(call)
        except (OaoHalt, Exception) as error:  # noqa: BLE001 - whatever it is, it is not the program's affair
            self._give_up(error)
            return Admission(_UNRECORDED, call)

    def _begins(self, call: Call) -> Admission:
        """Have a call written down that nothing is said to."""
        with self.lock:
            call = placed(call, self.lane.within)
            if is_asked_for(call):
                call, _ = self._causes.attributed(call)
            number = self._numbers.performed(None, None)
            call = self._open[number] = self.scribe.started(number, call)
        return Admission(number, call, None, time(), perf_counter())

    def _ends(self, admission: Admission, outcome: Outcome) -> None:
        """Have it written down what such a call came to: only the first word counts."""
        seq, duration = admission.seq, perf_counter() - admission.clock
        with self.lock:
            call = self._open.pop(seq, None)
            if call is None or self._closed:
                return
            self._streams.pop(seq, None)
            exchange = Exchange(seq, call, outcome, admission.started_at, duration)
            self.scribe.settled(exchange)
            self._causes.add(exchange)

    def require_open(self, call: Call) -> None:
        """Refuse a call that waited for the first one like it, of which nobody will hear: it is not made twice."""
        if self.may_halt:
            super().require_open(call)

    def settle(self, admission: Admission, outcome: Outcome) -> None:
        """Write down what a call came to; raises what a policy makes of it, and nothing else."""
        if self.may_halt:
            super().settle(admission, outcome)
            return
        try:
            self._ends(admission, outcome)
        except (OaoHalt, Exception) as error:  # noqa: BLE001 - as above
            self._give_up(error)

    def start_lane(self, *, serves: bool = False) -> Lane:
        """Start a strand below that of the running code."""
        if self.may_halt:
            self.goes_on()
        lane = self.lane.served() if serves else self.lane.child()
        lane.site = self.scribe.project.site()
        return lane

    def streams(self, admission: Admission, close: Callable[[], object]) -> None:
        """Say that a call's answer is being read."""
        if admission.seq != _UNRECORDED:
            super().streams(admission, close)

    def unseen(self, halt: OaoHalt) -> None:
        """Give the record up; raises the first OaoHalt only where a policy would have a say in what is not seen."""
        if self.may_halt:
            super().unseen(halt)
        self._lose(halt.what)

    def unseen_library(self, missing: SeamMissing) -> None:
        """Give the record up: calls of a library cannot be seen; raises SeamMissing where rules are to see them."""
        if self.may_halt:
            raise missing
        self._lose(missing.what)

    def unkept(self, halt: OaoHalt) -> None:
        """Give the record up."""
        self._lose(halt.what)

    def _give_up(self, error: BaseException) -> None:
        self.halted = None
        self._lose(error.what if isinstance(error, LostRecord) else f"{type(error).__name__}: {error}")

    def abandon(self) -> None:
        """Take no note of any call from now on."""
        self._closed = True

    def forsake(self) -> None:
        """Let go of the session in a forked process, where it is another's: what was done with it has no effect."""
        self.lock = RLock()  # another thread may have held it
        self._closed = True
        self.scribe = Scribe(self.scribe.redactor, self.scribe.project)
