"""What a test or a script holds of the session that is running."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import overload

from pytest_oao.errors import BadPolicy, PolicyViolation
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.readings import is_reading, without_readings
from pytest_oao.model.run_metadata import OUTPUT, TASK
from pytest_oao.model.sessions import Session
from pytest_oao.policy.policies import Policy
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.outputs import said_record
from pytest_oao.runtime.policing import Policing
from pytest_oao.runtime.seen_call import SeenCall
from pytest_oao.runtime.seen_ledger import SeenLedger
from pytest_oao.runtime.spending import judged
from pytest_oao.runtime.whole_sessions import whole_session


class Calls(Sequence[SeenCall]):
    """The calls made so far, in order; `calls("chat")` are those of one kind.

    Readings of clocks are among them only where they are asked for: `calls("clock")`.
    """

    def __init__(self, calls: Sequence[SeenCall], readings: Sequence[SeenCall] = ()) -> None:
        self._calls, self._readings = tuple(calls), tuple(readings)

    def __call__(self, kind: str | None = None, *, model: str | None = None, tool: str | None = None) -> "Calls":
        """Return the calls of a kind, of a model, of a tool: those that are all that is given."""
        if kind == CLOCK:
            return Calls(self._readings)
        return Calls(
            [
                call
                for call in self._calls
                if kind in {None, call.kind} and model in {None, call.model} and tool in {None, call.tool}
            ],
        )

    @overload
    def __getitem__(self, index: int) -> SeenCall: ...
    @overload
    def __getitem__(self, index: slice) -> "Calls": ...
    def __getitem__(self, index: int | slice) -> "SeenCall | Calls":
        return Calls(self._calls[index]) if isinstance(index, slice) else self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[SeenCall]:
        return iter(self._calls)

    def __repr__(self) -> str:
        return f"Calls({list(self._calls)!r})"


class RunningSession:
    """A session while it runs: read it at any time, and say what it was given and what came of it."""

    __slots__ = ("_gateway", "_policing", "_read", "_said", "cassette", "id")

    def __init__(
        self, path: Path, gateway: Gateway, policing: Policing, read: Callable[[], Session] | None = None
    ) -> None:
        self.cassette = path
        """Where the session is, or will be, kept."""
        self.id = gateway.header.id
        """What a bug report names; empty where there is no record of it."""
        self._said: dict[str, object] = {}
        self._gateway, self._policing = gateway, policing
        self._read = gateway.session if read is None else read

    def __setattr__(self, name: str, value: object) -> None:
        """Set what there is; raises AttributeError for all else, of which a record would keep nothing."""
        if not hasattr(type(self), name):
            raise AttributeError(
                f"a session that runs has no `{name}`, and nothing would be kept of it: `session.task = ...` says what "
                "the run was given, `session.output = ...` what came of it, and pytest_oao.record(tags=..., "
                "metadata=...) the rest"
            )
        super().__setattr__(name, value)

    @property
    def task(self) -> object:
        """What the run was given: assign it where that is known amid it only; a record keeps it, a replay does not."""
        said = self._said.get(TASK)
        return self._gateway.header.of_our_run.get(TASK) if said is None else said

    @task.setter
    def task(self, task: object) -> None:
        self._say(TASK, task)

    @property
    def output(self) -> object:
        """What came of the run, where the program or the test says it: a record keeps it, a replay has none."""
        return self._said.get(OUTPUT)

    @output.setter
    def output(self, output: object) -> None:
        self._say(OUTPUT, output)

    def _say(self, name: str, value: object) -> None:
        self._said[name] = value

    def said(self) -> bytes:
        """Return the metadata that tell what was said of the run until now, as JSON; empty where nothing was."""
        return said_record(self._said)

    @property
    def is_recorded(self) -> bool:
        """Whether there is a record of it: it is not sampled out, and its record not lost so far."""
        return True

    @property
    def address(self) -> str:
        """What `pytest_oao.load` takes once the session is kept: the path of its cassette."""
        return str(self.cassette)

    @property
    def session(self) -> Session:
        """The session as it stands: header and exchanges so far."""
        return self._read()

    @property
    def calls(self) -> Calls:
        """The calls that have settled, in the order in which they were made."""
        exchanges = self.session.exchanges
        by_seq = {exchange.seq: exchange for exchange in exchanges}
        readings = [SeenCall(one) for one in exchanges if is_reading(one.call)]
        return Calls(
            [SeenCall(one, by_seq.get(one.call.caused_by or 0)) for one in without_readings(exchanges)], readings
        )

    @property
    def usage(self) -> Usage:
        """The tokens of the session so far, as far as providers told them."""
        return self.session.usage

    @property
    def ledger(self) -> SeenLedger:
        """What the session has made and spent so far."""
        return self._policing.ledger(whole_session(self._gateway, self.session))

    @property
    def policy(self) -> Policy | None:
        """What the session is held to; assign a policy, or the name of one, before the agent makes its first call."""
        return self._gateway.warden.policy

    @policy.setter
    def policy(self, given: "Policy | str | None") -> None:
        if self._gateway.made:
            what = f"the session has made {self._gateway.made} calls, which a policy given now would not count"
            remedy = "assign oao.policy before the agent runs, or give @pytest.mark.oao(policy=...)"
            raise BadPolicy(what, where="oao.policy", remedy=remedy)
        self._gateway.warden = self._policing.warden(self._policing.enforced(given, "oao.policy"))

    def within(self, policy: Policy | str) -> bool:
        """Return True where the session so far is within a policy; raises PolicyViolation where it is not."""
        wanted = self._policing.policy(policy, "oao.within")
        assert wanted is not None  # only None makes none
        session = whole_session(self._gateway, self.session)
        violation = judged(session, wanted, self._policing.prices, self._policing.hooks.rules)
        if violation is not None:
            raise PolicyViolation(violation)
        return True
