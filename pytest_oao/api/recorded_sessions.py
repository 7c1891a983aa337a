"""What a program holds of a session that is recorded in production."""

from pathlib import Path

from pytest_oao.api.plans import Plan
from pytest_oao.api.reading_back import reader_of
from pytest_oao.errors import BadOption, BadPolicy, UnknownSpend
from pytest_oao.model.sessions import Header
from pytest_oao.policy.policies import Policy
from pytest_oao.ports import JournalStore
from pytest_oao.runtime.bystander import Bystander
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.seen_ledger import SeenLedger
from pytest_oao.runtime.warden import Warden
from pytest_oao.stores.directories import Directory
from pytest_oao.stores.records import Record


class RecordedSession(RunningSession):
    """A session while it is recorded: read it at any time, from its store."""

    __slots__ = ("_record", "_store")

    def __init__(self, gateway: Bystander, plan: Plan, store: JournalStore, record: Record | None = None) -> None:
        self._store, self._record = store, record
        super().__init__(Path(), gateway, plan.policing, reader_of(gateway))
        self.id = "" if record is None else gateway.header.id

    @property
    def cassette(self) -> Path:
        """The journal's file; raises BadOption where there is none: it was sampled out, or the store is no folder."""
        if self._record is None:
            remedy = "look at session.is_recorded first"
            raise BadOption("the session is not recorded", where="session.cassette", remedy=remedy)
        if isinstance(self._store, Directory):
            return self._store.file(self.id)
        remedy = "use session.address: pytest_oao.load and `oao import` take it"
        raise BadOption(f"{self._store!r} keeps no files", where="session.cassette", remedy=remedy)

    @cassette.setter
    def cassette(self, path: Path) -> None:
        """Keep to what the store says."""

    def _say(self, name: str, value: object) -> None:
        """Keep it where there is a record: what stands for those that are sampled out is one for all."""
        if self._record is not None:
            super()._say(name, value)

    @property
    def address(self) -> str:
        """What `pytest_oao.load` and `oao import` take, whatever the store; empty where it was sampled out."""
        return "" if self._record is None else self._store.address(self.id)

    @property
    def is_recorded(self) -> bool:
        """Whether it is recorded: it was not sampled out, and its record is not lost so far."""
        return self._record is not None and not self._record.lost

    @property
    def ledger(self) -> SeenLedger:
        """What it has made and spent so far: of one that is not recorded, as the policy counts it."""
        if self.is_recorded or not isinstance(self._gateway.warden, Warden):
            return super().ledger
        with self._gateway.lock:
            return SeenLedger(self._gateway.warden.ledger)

    def within(self, policy: Policy | str) -> bool:
        """Return True where it is within a policy so far; raises UnknownSpend where its calls are written nowhere."""
        if self.is_recorded:
            return super().within(policy)
        wanted = self._policing.policy(policy, "session.within")
        if wanted != self.policy:
            what = "the session is not recorded, so nobody can say whether it is within that policy"
            remedy = "look at session.is_recorded first; session.ledger has what the recorder's policy counted"
            raise UnknownSpend(what, where="session.within", remedy=remedy)
        if self._gateway.halted is not None:
            raise self._gateway.halted
        return True

    @property
    def policy(self) -> Policy | None:
        """What the session is held to."""
        return self._gateway.warden.policy

    @policy.setter
    def policy(self, given: Policy | str | None) -> None:
        """Refuse it: a session that is not sampled could not be held to it."""
        del given
        remedy = "give it to pytest_oao.record(policy=...)"
        raise BadPolicy("a session of a recorder is held to the recorder's policy", where="session", remedy=remedy)


def unrecorded(plan: Plan, store: JournalStore) -> RecordedSession:
    """Return what stands for the sessions that nobody records."""
    gateway = Bystander(Header(""), plan.scribe(None), plan.terms(), lambda _: None)
    return RecordedSession(gateway, plan, store)
