"""On what terms a session runs: what it lets through, what it is answered from, who watches over it."""

from dataclasses import dataclass, field

from pytest_oao.model.sessions import Session
from pytest_oao.runtime.lanes import Lane
from pytest_oao.runtime.permits import Unguarded
from pytest_oao.runtime.reach import Reach


@dataclass(frozen=True, slots=True)
class Terms:
    """What a gateway is told when it is made."""

    passthrough: frozenset[str] = frozenset()
    """Hosts whose traffic is no host call: it is neither recorded nor blocked."""
    reach: Reach = field(default_factory=Reach)
    """What the project lets through, or has recorded, besides."""
    replays: Session | None = None
    """The session that calls are answered from."""
    warden: Unguarded = field(default_factory=Unguarded)
    """What holds the session to its policy."""
    root: Lane = field(default_factory=Lane)
    """The strand that the session begins with."""
    headers: bool = False
    """Whether all headers of calls are taken: matchers of vcrpy may compare them, and SDKs count attempts in one."""
    keep: bool = True
    """Whether what settles is kept in memory; without, a journal holds it, and a run may be long."""

    @property
    def open_hosts(self) -> frozenset[str]:
        """Hosts that may be connected to outside every call."""
        return self.passthrough | self.reach.hosts
