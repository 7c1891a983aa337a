"""The one door: every host call is admitted here before it is made and settled here after.

The gateway never performs a call, so sync, async and threaded code share it.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from threading import RLock
from time import perf_counter, time

from pytest_oao.errors import OaoHalt, PolicyViolation
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.outcomes import Outcome
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.model.violations import Breach, When
from pytest_oao.ports import Reply, Source, Turn, Verified
from pytest_oao.providers.session_description import described_call, described_exchange
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.causes import Causes, is_asked_for
from pytest_oao.runtime.escapes import made_too_late
from pytest_oao.runtime.first_results import Repeated
from pytest_oao.runtime.halting import Halting, Passing, Poisoned
from pytest_oao.runtime.lanes import Lane, lane_below, placed
from pytest_oao.runtime.late import Late
from pytest_oao.runtime.numbering import Numbering
from pytest_oao.runtime.pending import Pending
from pytest_oao.runtime.permits import Permit, Unguarded
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.served import require_body
from pytest_oao.runtime.terms import Terms

_NOTHING = Reply()


class Gateway(Poisoned):
    """Numbers the calls of one session, has them answered or written down, and stops them all after the first halt."""

    def __init__(self, header: Header, source: Source, scribe: Scribe, terms: Terms | None = None) -> None:
        self.terms = Terms() if terms is None else terms
        super().__init__(self.terms.root, header.test)
        self.header = header
        self.source = source
        self.scribe = scribe
        self.warden = self.terms.warden
        """What holds the session to its policy."""
        self.exchanges: list[Exchange] = []
        """What was answered or has settled, as far as the terms have it kept."""
        self._causes = Causes()
        self._open: dict[int, Call] = {}
        self._streams: dict[int, Callable[[], object]] = {}
        self._closed = False
        self._numbers = Numbering()
        self.live: set[int] = set()
        """The `seq` of each call that was made for real, as far as they are kept."""

    @property
    def lane(self) -> Lane:
        """The lane of the running code."""
        return lane_below(self.root)

    def start_lane(self, *, serves: bool = False) -> Lane:
        """Start a strand below that of the running code; one that `serves` whoever connected is numbered apart."""
        self.goes_on()
        lane = self.lane.served() if serves else self.lane.child()
        lane.site = self.scribe.project.site()
        return lane

    @property
    def made(self) -> int:
        """How many calls were admitted; what was only noted is none."""
        return self._numbers.last - self._numbers.notes

    @property
    def last(self) -> int:
        """The `seq` of the last call that was admitted or noted."""
        return self._numbers.last

    @property
    def writes(self) -> bool:
        """Whether calls are written down, or only answered: then nobody asks for what is never compared."""
        return self.scribe.sink is not None

    def admit(self, call: Call, receiver: object = None) -> Admission:
        """Let a call happen, answered or live; raises the session's first OaoHalt, now and on every later call.

        What asks people, and what the project has done before, is outside the lock. `receiver` is what it is made on.
        """
        with Passing(self):
            permit = self._permitted(call)
            if not self.warden.is_gated:
                answered = self._answered(permit)
                return answered if isinstance(answered, Admission) else self._begun(permit, answered, None)
        with Halting(self):
            self.require(self.warden.approve(permit), permit.call)
        with Passing(self):
            permit.receiver, answered = receiver, self._answered(permit)
            if isinstance(answered, Admission):
                return answered
            first = self.warden.repeated(permit) if answered is None else None
        if first is None:
            with Halting(self):
                self.require(self.warden.prepare(permit), permit.call)
        with Passing(self):
            self.require_open(call)
            return self._begun(permit, answered, first)

    def admit_late(self, asked: Late[Call]) -> Admission:
        """Let a call happen that is of no tool, and put together only where it is asked for; else as `admit`."""
        return self.admit(asked.whole())

    def _permitted(self, call: Call) -> Permit:
        """Have the policy judge a call before anybody is asked to answer it."""
        self.require_open(call)
        said, within = _NOTHING, self.lane.within
        if self.source.performs(call.kind) or self.warden.asks_why:
            call = placed(call, within)
            if is_asked_for(call):
                call, said = self._causes.attributed(call)
        permit, breach = self.warden.permit(call, within, said, live=self.terms.replays is None)
        self.require(breach, call)
        return permit

    def require_open(self, call: Call) -> None:
        """Refuse a call that is made when the session has ended."""
        if self._closed and not self.disowned:
            raise made_too_late(self.scribe.redactor.url(call.target), self.header.test)

    def _answered(self, permit: Permit) -> Admission | Verified | None:
        """Return the admission of a call that the record answers; else what its outcome is compared with, or None."""
        recorded = self.source.answer(permit.call)
        if not isinstance(recorded, Exchange):
            return recorded
        number = self._numbers.answered(recorded)
        require_body(recorded.outcome)
        self._add(recorded)
        if self.source.performs(TOOL) or self.warden.asks_why:
            self._causes.add(recorded)
        breach = self.warden.answered(permit, recorded, self.terms.replays)
        if breach is not None:
            raise self._violation(breach, recorded.call, recorded.seq, "after")
        return Admission(number, permit.call, recorded)

    def _begun(self, permit: Permit, verified: Verified | None, first: Repeated | Pending | None) -> Admission:
        """Write down that a call begins, and let it be performed; where it was made before, say what it came to."""
        self.require(self.warden.begins(permit, live=self.terms.replays is None), permit.call)
        number = self._numbers.performed(verified, self.terms.replays)
        call = self._open[number] = self.scribe.started(number, permit.call)
        self.warden.starts(number, permit)
        admission = Admission(number, call, None, time(), perf_counter(), verified)
        return admission if first is None else self.going_on(admission, first)

    def going_on(self, admission: Admission, first: Repeated | Pending | None) -> Admission:
        """Return the admission of a call with its answer, or with the call that it has to wait for."""
        if isinstance(first, Repeated):
            outcome = first.answer_to(admission.call)
            self.settle(admission, outcome)
            return admission._replace(recorded=Exchange(admission.seq, admission.call, outcome), awaits=None)
        self.awaited.update(filter(None, [first]))
        return admission if first is admission.awaits else admission._replace(awaits=first)

    def require(self, breach: Breach | None, call: Call, begun: Admission | None = None) -> None:
        """Raise the violation that a call is which may not be made; it is written down as one that was denied."""
        if breach is None:
            return
        with self.lock:
            number = begun.seq if begun is not None else self._numbers.performed(None, self.terms.replays)
            violation = self._violation(breach, call, number, "before")
            self._open.pop(number, None)
            self._add(self.scribe.denied(number, violation.violation, begun=begun is not None))
        raise violation

    def _violation(self, breach: Breach, call: Call, number: int, when: When) -> PolicyViolation:
        breach, place = self.scribe.breach(breach), self._numbers.shown(number)
        call = described_call(self.scribe.shown(call) if when == "before" else call)
        return PolicyViolation(self.warden.violation(breach, call, place, when, self.header.test or self.header.id))

    def settle(self, admission: Admission, outcome: Outcome) -> None:
        """Write down what a performed call came to: only the first word counts, and none after the session's end."""
        seq, call, duration = admission.seq, admission.call, perf_counter() - admission.clock
        with self.lock:
            if self._closed or seq not in self._open:
                return
            with Halting(self):
                exchange = Exchange(seq, call, self.scribe.cleaned(outcome), admission.started_at, duration)
                exchange, breach = self.warden.settled(exchange, outcome)
                exchange = self.scribe.clean_verdicts(exchange) if exchange.verdicts else exchange
                self.scribe.settled(exchange)
            del self._open[seq]
            self._streams.pop(seq, None)
            self._add(exchange)
            if self.terms.keep:
                self.live.add(seq)
            self._causes.add(exchange)
            if admission.verified is not None:
                with Halting(self):
                    self.source.verify(admission.verified, call, exchange.outcome)
            if breach is not None and self.halted is None:
                with Halting(self):
                    raise self._violation(breach, call, seq, "after")

    def settle_late(self, admission: Admission, came: Late[Outcome]) -> None:
        """Write down what a performed call came to, put together only where it is asked for; else as `settle`."""
        self.settle(admission, came.whole())

    def watch(self, admission: Admission) -> Callable[[bytes], None] | None:
        """Return what a performed call's answer passes chunk by chunk, and which raises where it may not go on."""
        look = self.warden.watch(admission.seq)
        if look is None:
            return None

        def passed(chunk: bytes) -> None:
            with Passing(self):
                breach = look(chunk)
                if breach is not None:
                    raise self._violation(breach, admission.call, admission.seq, "during")

        return passed

    def note(self, call: Call, outcome: Outcome) -> None:
        """Write down a call that happened and needed no leave, as the reading of a clock; nothing after a halt.

        It holds no secret, and its place in the code is not looked for: there may be many.
        """
        with self.lock:
            if self._closed or self.halted is not None:
                return
            with Halting(self):
                call = replace(call, parent=self.lane.within.caller)
                exchange = Exchange(self._numbers.note(), call, outcome, time())
                self.scribe.noted(exchange)
            self._add(exchange)

    def note_recorded(self, exchange: Exchange) -> None:
        """Take note of a recorded call that answered something which needed no leave."""
        with self.lock:
            self._add(exchange)

    def _add(self, exchange: Exchange) -> None:
        if self.terms.keep:
            self.exchanges.append(exchange)

    def streams(self, admission: Admission, close: Callable[[], object]) -> None:
        """Say that a call's answer is being read: `close()` settles it if the session ends before the stream does."""
        self._streams[admission.seq] = close
        self.warden.abandoned(admission.seq)

    def close(self) -> None:
        """End the session: streams that are still open were closed here; what settles later is in doubt for ever."""
        with self.lock, ExitStack() as streams:
            self.hear()
            streams.callback(self._close)
            for close in tuple(self._streams.values()):
                streams.callback(close)  # every one is called, whichever raises

    def _close(self) -> None:
        self._closed = True
        self.let_go()
        if self.letter is not None and not self.disowned:
            self.letter.discard()

    def disown(self, source: Source, tell: Callable[[OaoHalt], None]) -> None:
        """Write nothing down any more and have `source` answer: this is a forked process, and the session another's."""
        self.lock = RLock()  # another thread may have held it
        self._closed = self.disowned = True
        self.source, self._tell, self.warden = source, tell, Unguarded()
        self.scribe = Scribe(self.scribe.redactor, self.scribe.project)

    def turn(self, call: Call) -> Turn:
        """Return what would come next if a call were made now, which it is not yet; raises the first OaoHalt."""
        with self.lock:
            self.require_unhalted()
            return self.source.turn(call)

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Say that a recorded exchange waits for earlier ones that are not made; raises the first OaoHalt."""
        with Passing(self):
            self.source.stalled(exchange, cause)

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Say that the agent goes on after a recorded answer, where it stopped then; raises the first OaoHalt."""
        with Passing(self):
            self.source.overrun(exchange, cause)

    def finish(self, due: int | None = None) -> None:
        """Say that the run is over, or its first `due` calls; raises OaoHalt when recorded ones were never made."""
        self.hear()
        self.require_unhalted()
        with Halting(self):
            self.source.finish(due)

    def session(self, ending: Ending | None = None) -> Session:
        """Return the session as it stands, as far as it is kept."""
        with self.lock:
            self.exchanges = list(map(described_exchange, self.exchanges))
            exchanges = tuple(sorted(self.exchanges, key=self._numbers.place))
            return Session(self.header, exchanges, ending, tuple(map(described_call, self._open.values())))
