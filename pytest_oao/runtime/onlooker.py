"""The gateway of a program in production that no policy holds: nothing is said to its calls, so it need not wait.

The calling code hands over what a call consists of. What that tells is put together in the thread that writes.
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter, time

from pytest_oao.errors import OaoHalt, SeamMissing
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome, Raised
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.bystander import UNRECORDED, Bystander
from pytest_oao.runtime.causes import Noted, is_asked_for
from pytest_oao.runtime.lanes import Within, placed
from pytest_oao.runtime.late import Late
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.terms import Terms
from pytest_oao.stores.sinks import RecordSink

_UNTOLD = Call("", "")
"""Stands for a call that is put together later."""


class Onlooker(Bystander):
    """Records one session; whatever goes wrong gives the record up, and stops nothing."""

    def __init__(
        self, header: Header, scribe: Scribe, terms: Terms, lose: Callable[[str], None], sink: RecordSink
    ) -> None:
        super().__init__(header, scribe, terms, lose)
        self._sink = sink
        self._open_calls: dict[int, Late[Call]] = {}

    @property
    def may_halt(self) -> bool:
        """No: there are no rules."""
        return False

    def admit(self, call: Call, receiver: object = None) -> Admission:
        """Let a call happen."""
        del receiver
        if self._closed:
            return Admission(UNRECORDED, call)
        try:
            with self.lock:
                call = placed(call, self.lane.within)
                if is_asked_for(call):
                    call, _ = self._causes.attributed(call)
                call = _sited(call, self.scribe.project.nearest())
                return self._begins(Late.of(call, len(call.body.data)), call)
        except (OaoHalt, Exception) as error:  # noqa: BLE001 - whatever it is, it is not the program's affair
            return self._give_up(error, call)

    def admit_late(self, asked: Late[Call]) -> Admission:
        """Let a call happen."""
        if self._closed:
            return Admission(UNRECORDED, _UNTOLD)
        try:
            asked = Late(partial(_here, asked, self.lane.within, self.scribe.project.nearest()), asked.size)
            return self._begins(asked, _UNTOLD)
        except (OaoHalt, Exception) as error:  # noqa: BLE001 - as above
            return self._give_up(error, _UNTOLD)

    def _begins(self, asked: Late[Call], call: Call) -> Admission:
        with self.lock:
            number = self._numbers.performed(None, None)
            self._open_calls[number] = asked
            self._sink.take(partial(self._began, number, asked), asked.size)
        return Admission(number, call, None, time(), perf_counter())

    def _began(self, number: int, asked: Late[Call]) -> bytes:
        """Return the line that says so, in the thread that writes."""
        return self._sink.record.lines.started(number, asked.whole())

    def settle(self, admission: Admission, outcome: Outcome) -> None:
        """Have it written down what a call came to."""
        self.settle_late(admission, Late.of(outcome, 0 if isinstance(outcome, Raised) else len(outcome.body.data)))

    def settle_late(self, admission: Admission, came: Late[Outcome]) -> None:
        """Have it written down what a call came to: only the first word counts."""
        seq, duration = admission.seq, perf_counter() - admission.clock
        try:
            with self.lock:
                asked = self._open_calls.pop(seq, None)
                if asked is None or self._closed:
                    return
                self._streams.pop(seq, None)
                done = Noted(Late(partial(_exchange, seq, asked, came, admission.started_at, duration)))
                self._sink.take(partial(self._ended, done), came.size)
                self._causes.note(done)
        except (OaoHalt, Exception) as error:  # noqa: BLE001 - as above
            self._give_up(error, _UNTOLD)

    def _ended(self, done: Noted) -> bytes:
        """Return the line that says so, in the thread that writes: it takes no lock of the session's."""
        return self._sink.record.lines.settled(done.whole())

    def watch(self, admission: Admission) -> None:
        """Return nothing: no rule looks at what comes."""

    def streams(self, admission: Admission, close: Callable[[], object]) -> None:
        """Say that a call's answer is being read."""
        if admission.seq != UNRECORDED:
            self._streams[admission.seq] = close

    def unseen(self, halt: OaoHalt) -> None:
        """Give the record up."""
        self.lose(halt.what)

    def unseen_library(self, missing: SeamMissing) -> None:
        """Give the record up: calls of a library cannot be seen."""
        self.lose(missing.what)

    def abandon(self) -> None:
        """Take no note of any call from now on."""
        self._closed = True

    def _give_up(self, error: BaseException, call: Call) -> Admission:
        self.lose(f"{type(error).__name__}: {error}")
        return Admission(UNRECORDED, call)


def _here(asked: Late[Call], inside: Within, site: Site) -> Call:
    return _sited(placed(asked.whole(), inside), site)


def _sited(call: Call, site: Site) -> Call:
    return Call(  # `replace` costs four times as much
        call.kind,
        call.target,
        call.body,
        call.lane,
        call.url,
        call.headers,
        call.attributes,
        site,
        call.caused_by,
        call.parent,
    )


def _exchange(seq: int, asked: Late[Call], came: Late[Outcome], started_at: float, duration: float) -> Exchange:
    return Exchange(seq, asked.whole(), came.whole(), started_at, duration)
