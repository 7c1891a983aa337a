"""The one door: every host call is admitted here before it is made and settled here after.

The gateway never performs a call, so sync, async and threaded code share it.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from threading import RLock
from time import perf_counter, time
from typing import NamedTuple

from pytest_oao.errors import EscapedCall, OaoHalt
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import TOOL
from pytest_oao.model.outcomes import Outcome, Raised
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.ports import Source, Turn, Verified
from pytest_oao.providers.session_description import described_call, described_exchange
from pytest_oao.runtime.causes import Causes, is_asked_for
from pytest_oao.runtime.halting import Halting
from pytest_oao.runtime.lanes import Lane, lane_below
from pytest_oao.runtime.letters import COPY_REMEDY, Letter
from pytest_oao.runtime.numbering import Numbering
from pytest_oao.runtime.reach import Reach
from pytest_oao.runtime.scribe import Scribe


class Admission(NamedTuple):
    """A call that may happen: with its answer, or with None, and then the adapter performs it and settles."""

    seq: int
    call: Call
    recorded: Exchange | None = None
    """The exchange that answers the call."""
    started_at: float = 0.0
    clock: float = 0.0
    """`perf_counter()` at admission: adapters time chunks against it."""
    verified: Verified | None = None
    """What the outcome of the call is compared with."""


class Gateway:
    """Numbers the calls of one session, has them answered or written down, and stops them all after the first halt."""

    def __init__(
        self,
        header: Header,
        source: Source,
        scribe: Scribe,
        passthrough: frozenset[str] = frozenset(),
        *,
        root: Lane | None = None,
        keep: bool = True,
    ) -> None:
        self.header = header
        self.source = source
        self.scribe = scribe
        self.passthrough = passthrough
        """Hosts whose traffic is no host call: it is neither recorded nor blocked."""
        self.reach = Reach()
        """What the project lets through, or has recorded, besides; set by who makes the gateway."""
        self.replays: Session | None = None
        """The session that calls are answered from; set by who makes the gateway of a replay."""
        self.root = Lane() if root is None else root
        self.halted: OaoHalt | None = None
        self.exchanges: list[Exchange] = []
        """What was answered or has settled; nothing without `keep`, for a journal holds it and a run may be long."""
        self.letter: Letter | None = None
        """By which copies of this process tell what was refused to them, where there are any."""
        self.disowned = False
        """Whether this is the session's copy in a forked process."""
        self._tell: Callable[[OaoHalt], None] | None = None
        self._keep = keep
        self._causes = Causes()
        self._open: dict[int, Call] = {}
        self._streams: dict[int, Callable[[], object]] = {}
        self._closed = False
        self._numbers = Numbering()
        self.performed = 0
        """How many calls were made for real, and settled."""
        self._lock = RLock()

    @property
    def open_hosts(self) -> frozenset[str]:
        """Hosts that may be connected to outside every call."""
        return self.passthrough | self.reach.hosts

    @property
    def lane(self) -> Lane:
        """The lane of the running code."""
        return lane_below(self.root)

    def start_lane(self, *, serves: bool = False) -> Lane:
        """Start a strand below that of the running code; one that `serves` whoever connected is numbered apart."""
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

    def admit(self, call: Call) -> Admission:
        """Let a call happen, answered or live; raises the session's first OaoHalt, now and on every later call."""
        with self._lock:
            if self.halted is not None:
                raise self.halted
            with Halting(self):
                return self._admit(call)

    def _admit(self, call: Call) -> Admission:
        if self._closed and not self.disowned:
            raise EscapedCall(
                f"a call ({self.scribe.redactor.url(call.target)}) was made after its session had ended",
                where=self.header.test,
                remedy="inside it, wait for the threads, tasks and processes that are started there",
            )
        recorded = self.source.answer(call)
        if isinstance(recorded, Exchange):
            number = self._numbers.answered(recorded)
            _require_body(recorded.outcome)
            self._add(recorded)
            if self.source.performs(TOOL):
                self._causes.add(recorded)
            return Admission(number, call, recorded)
        caller = self.lane.caller
        if caller is not None:
            call = replace(call, parent=caller)
        if is_asked_for(call):
            call = self._causes.told(call)
        number = self._numbers.performed(recorded, self.replays)
        call = self.scribe.started(number, call)
        self._open[number] = call
        return Admission(number, call, None, time(), perf_counter(), recorded)

    def settle(self, admission: Admission, outcome: Outcome) -> None:
        """Write down what a performed call came to: only the first word counts, and none after the session's end."""
        seq, call, duration = admission.seq, admission.call, perf_counter() - admission.clock
        with self._lock:
            if self._closed or seq not in self._open:
                return
            with Halting(self):
                exchange = Exchange(seq, call, self.scribe.cleaned(outcome), admission.started_at, duration)
                self.scribe.settled(exchange)
            del self._open[seq]
            self.performed += 1
            self._streams.pop(seq, None)
            self._add(exchange)
            self._causes.add(exchange)
            if admission.verified is not None:
                with Halting(self):
                    self.source.verify(admission.verified, call, exchange.outcome)

    def note(self, call: Call, outcome: Outcome) -> None:
        """Write down a call that happened and needed no leave, as the reading of a clock; nothing after a halt.

        It holds no secret, and its place in the code is not looked for: there may be many.
        """
        with self._lock:
            if self._closed or self.halted is not None:
                return
            with Halting(self):
                exchange = Exchange(self._numbers.note(), replace(call, parent=self.lane.caller), outcome, time())
                self.scribe.noted(exchange)
            self._add(exchange)

    def noted(self, exchange: Exchange) -> None:
        """Take a recorded exchange into the log that answered something which needed no leave."""
        with self._lock:
            self._add(exchange)

    def _add(self, exchange: Exchange) -> None:
        if self._keep:
            self.exchanges.append(exchange)

    def streams(self, admission: Admission, close: Callable[[], object]) -> None:
        """Say that a call's answer is being read: `close()` settles it if the session ends before the stream does."""
        self._streams[admission.seq] = close

    def close(self) -> None:
        """End the session: streams that are still open were closed here; what settles later is in doubt for ever."""
        with self._lock, ExitStack() as streams:
            self.hear()
            streams.callback(self._close)
            for close in tuple(self._streams.values()):
                streams.callback(close)  # every one is called, whichever raises

    def _close(self) -> None:
        self._closed = True
        if self.letter is not None and not self.disowned:
            self.letter.discard()

    def disown(self, source: Source, tell: Callable[[OaoHalt], None]) -> None:
        """Write nothing down any more and have `source` answer: this is a forked process, and the session another's."""
        self._lock = RLock()  # another thread may have held it
        self._closed = self.disowned = True
        self.source, self._tell = source, tell
        self.scribe = Scribe(self.scribe.redactor, self.scribe.project)

    def hear(self) -> None:
        """Halt where a copy of this process was refused something."""
        if self.letter is not None and not self.disowned and (told := self.letter.read()):
            self.halt(EscapedCall(told, where=self.header.test, remedy=COPY_REMEDY))

    def halt(self, halt: OaoHalt) -> OaoHalt:
        """Poison the session with the first halt, and return that one."""
        if self.halted is None:
            self.halted = halt
            if self._tell is not None:
                self._tell(halt)
        return self.halted

    def turn(self, call: Call) -> Turn:
        """Return what would come next if a call were made now, which it is not yet; raises the first OaoHalt."""
        with self._lock:
            self.require_unhalted()
            return self.source.turn(call)

    def stalled(self, exchange: Exchange, cause: str) -> None:
        """Say that a recorded exchange waits for earlier ones that are not made; raises the first OaoHalt."""
        with self._lock:
            self.require_unhalted()
            with Halting(self):
                self.source.stalled(exchange, cause)

    def overrun(self, exchange: Exchange, cause: str) -> None:
        """Say that the agent goes on after a recorded answer, where it stopped then; raises the first OaoHalt."""
        with self._lock:
            self.require_unhalted()
            with Halting(self):
                self.source.overrun(exchange, cause)

    def require_unhalted(self) -> None:
        """Raise the session's first OaoHalt, where there was one."""
        if self.halted is not None:
            raise self.halted

    def finish(self, due: int | None = None) -> None:
        """Say that the run is over, or its first `due` calls; raises OaoHalt when recorded ones were never made."""
        self.hear()
        if self.halted is not None:
            raise self.halted
        with Halting(self):
            self.source.finish(due)

    def session(self, ending: Ending | None = None) -> Session:
        """Return the session as it stands, as far as it is kept."""
        with self._lock:
            self.exchanges = list(map(described_exchange, self.exchanges))
            exchanges = tuple(sorted(self.exchanges, key=self._numbers.place))
            return Session(self.header, exchanges, ending, tuple(map(described_call, self._open.values())))


def _require_body(outcome: Outcome) -> None:
    """Have a body that lies in a file of its own read, and found damaged, before the agent gets its answer."""
    if not isinstance(outcome, Raised):
        _ = outcome.body.data
