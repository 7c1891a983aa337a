"""Calls whose answers are Python values: of tools, of people. A value that has no faithful form stops the recording."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from pytest_oao.cassette.encodings import compact
from pytest_oao.errors import OaoHalt, UnkeptValue
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.outcomes import Outcome, Raised, Returned, Streamed
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.awaiting import resumed
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.idempotency_keys import succeeded
from pytest_oao.runtime.lanes import Lane, within
from pytest_oao.runtime.overruns import stop_where_cancelled, until_cancelled, was_cancelled
from pytest_oao.runtime.pending import on_an_event_loop
from pytest_oao.runtime.raised_values import exception_of, raised_of
from pytest_oao.runtime.value_tapes import ValueTape
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode
from pytest_oao.values.unkept import Unkept, Unreadable

JSON_TYPE = "application/json"
LINES_TYPE = "application/jsonl"
"""Of what a generator yields: a line a value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a tool or of a person."""

    kind: str
    target: str
    """The tool's name; of a question, what it is about."""
    arguments: Mapping[str, Any]
    attributes: Mapping[str, JSON] = field(default_factory=dict)
    keep: Callable[[Any], Any] = encode
    """Turns a result into plain data; raises Unkept."""
    revive: Callable[[Any], Any] = decode
    """Turns the plain data into the result again; raises Unreadable."""
    answered: Callable[[], object] = tuple
    """Called where the record answers: for what a performance would have counted besides."""
    told: Callable[[Any], Any] = decode
    """Turns what an export tells of a result, which may be the text that a model was given of it, into the result."""
    receiver: object = None
    """What a method is called on; an equal call of another object's is another call."""


class ValueCall:
    """One such call that was admitted."""

    __slots__ = ("_admission", "_asked", "_gateway", "lane")

    def __init__(self, gateway: Gateway, asked: Asked) -> None:
        lane = gateway.lane
        body = Body(_arguments(gateway, asked), JSON_TYPE)
        self._gateway, self._asked = gateway, asked
        call = Call(asked.kind, asked.target, body, lane.path, attributes=asked.attributes)
        self._admission: Admission = gateway.admit(call, asked.receiver)
        self.lane: Lane = lane.child()  # in replay too, so that what is started later has the same numbers
        self.lane.within = within(lane.within, self._admission.seq, call)

    @property
    def is_answered(self) -> bool:
        """Whether the record answers the call; else it is to be performed."""
        return self._admission.recorded is not None

    @property
    def recorded_attributes(self) -> Mapping[str, JSON]:
        """What is recorded of the call that answers, in OpenTelemetry GenAI names."""
        assert self._admission.recorded is not None
        return self._admission.recorded.call.attributes

    @property
    def _is_imported(self) -> bool:
        """Whether the record is somebody else's, who kept values in a form of his own."""
        assert self._admission.recorded is not None
        return self._admission.recorded.provenance is not None

    def await_first(self) -> None:
        """Wait where an idempotent tool is called as it is being called already: what that comes to answers this, too.

        Not on a thread that runs an event loop.
        """
        while (first := self._admission.awaits) is not None and not on_an_event_loop():
            with self._failing():
                first.wait()
            self._admission = resumed(self._gateway, self._admission)

    async def await_first_async(self) -> None:
        """Wait so as a task."""
        while (first := self._admission.awaits) is not None:
            with self._failing():
                await first.wait_async()
            self._admission = resumed(self._gateway, self._admission)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Keep what ends the wait for another call."""
        try:
            yield
        except BaseException as error:
            self.raised(error)
            raise

    def answer(self) -> Any:  # noqa: ANN401 - what the tool returned
        """Return the recorded value, or raise the recorded exception."""
        outcome = self._recorded()
        self._asked.answered()
        if isinstance(outcome, Raised):
            self._stop_where_cancelled(outcome)
            raise self._exception(outcome)
        value = outcome.body.json() if outcome.body.data else None
        return self._asked.told(value) if self._is_imported else self._revived(value)

    async def answer_async(self) -> Any:  # noqa: ANN401 - what the tool returned
        """Return the recorded value, or raise the recorded exception; wait where the agent cancelled the call."""
        if was_cancelled(self._recorded()):
            assert self._admission.recorded is not None
            await until_cancelled(self._admission.recorded, self._gateway)
        return self.answer()

    def replayed_lane(self) -> Lane:
        """Return the lane of what runs although the record answers the call: it is not let through to the world."""
        self.lane.within = self.lane.within._replace(caller=self._gateway.lane.within.caller)
        return self.lane

    def items(self) -> Iterator[Any]:
        """Yield the recorded values of a generator, and end as it did."""
        outcome = self._recorded()
        if isinstance(outcome, Streamed):
            yield from (self._revived(Body(line).json()) for line in outcome.chunks())
            if isinstance(outcome.end, Raised):
                self._stop_where_cancelled(outcome.end)
                raise self._exception(outcome.end)
            if outcome.end == "closed" and self._admission.recorded is not None:
                cause = "the generator was closed here while recording; the agent now reads on"
                self._gateway.overrun(self._admission.recorded, cause)
        elif isinstance(outcome, Raised):
            raise self._exception(outcome)

    def returned(self, value: object) -> None:
        """Keep what a performed call returned; raises UnkeptValue."""
        self._gateway.settle(self._admission, Returned(Body(self._kept(value), JSON_TYPE)))
        self._succeeded()

    def raised(self, error: BaseException) -> None:
        """Keep what a performed call raised; a halt of the session is no outcome."""
        if isinstance(error, OaoHalt):
            self._gateway.warden.abandoned(self._admission.seq)
        else:
            self._gateway.settle(self._admission, raised_of(error))

    def tape(self) -> ValueTape:
        """Return what the values of a generator are kept on while it is read."""
        return ValueTape(self._admission.clock, self._kept, self._streamed)

    def refuse(self, why: str) -> None:
        """Stop the recording of a call that a record cannot hold; raises UnkeptValue, where there is leave to halt."""
        self._gateway.unkept(_unkept(self._gateway, self._asked, why))

    def _streamed(self, tape: ValueTape) -> None:
        body = Body(b"".join(tape.lines), LINES_TYPE)
        sizes, times = tuple(map(len, tape.lines)), tuple(tape.times)
        self._gateway.settle(self._admission, Streamed(body, None, sizes, times, cast("Any", tape.end)))
        if tape.end == "complete":
            self._succeeded()

    def _succeeded(self) -> None:
        assert self.lane.within.call is not None
        succeeded(self._gateway, self.lane.within.call)

    def open(self, tape: ValueTape) -> None:
        """Say that a generator is being read."""
        self._gateway.streams(self._admission, lambda: tape.over("closed"))

    def _stop_where_cancelled(self, end: Raised) -> None:
        assert self._admission.recorded is not None
        stop_where_cancelled(self._admission.recorded, end, self._gateway)

    def _recorded(self) -> Outcome:
        recorded = self._admission.recorded
        assert recorded is not None
        return recorded.outcome

    def _kept(self, value: object) -> bytes:
        try:
            return compact(self._asked.keep(value))
        except Unkept as error:
            return self._without(f"it returned {error}", error)
        except Exception as error:  # noqa: BLE001 - a `keep` of the project's own may raise anything
            return self._without(f"what keeps its result raised {type(error).__name__}: {error}", error)

    def _without(self, why: str, error: Exception) -> bytes:
        return _without(self._gateway.unkept, _unkept(self._gateway, self._asked, why), error)

    def _revived(self, data: JSON) -> Any:  # noqa: ANN401 - what the tool returned
        try:
            return self._asked.revive(data)
        except Unreadable as error:
            raise self._gateway.halt(self._unreadable(error)) from error

    def _exception(self, raised: Raised) -> BaseException:
        try:
            return exception_of(raised)
        except Unreadable as error:
            return self._gateway.halt(self._unreadable(error))

    def _unreadable(self, error: Unreadable) -> UnkeptValue:
        what = f"what {self._asked.kind} {self._asked.target!r} came to cannot be made again: {error}"
        return UnkeptValue(what, where=self._gateway.header.test, remedy="or record the test again")


def _arguments(gateway: Gateway, asked: Asked) -> bytes:
    try:
        return compact({name: encode(value, name) for name, value in asked.arguments.items()})
    except Unkept as error:
        return _without(gateway.unseen, _unkept(gateway, asked, f"it is given {error}"), error)


def _without(tell: Callable[[OaoHalt], None], halt: OaoHalt, error: Exception) -> bytes:
    """Return what stands for a value that cannot be kept, where the session goes on without a record."""
    halt.__cause__ = error
    tell(halt)
    return b""


def _unkept(gateway: Gateway, asked: Asked, what: str) -> UnkeptValue:
    return UnkeptValue(
        f"{asked.kind} {asked.target!r} cannot be recorded faithfully: {what}",
        where=gateway.header.test,
        remedy="pass and return plain data, dataclasses or pydantic models; leave an argument out with "
        "oao.tool(ignore=['name']), or tell how the result is kept with oao.tool(keep=..., revive=...)",
    )
