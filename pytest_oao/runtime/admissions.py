"""A call that was let through a gateway."""

from typing import NamedTuple

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.ports import Verified
from pytest_oao.runtime.pending import Pending


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
    awaits: Pending | None = None
    """The first call of an idempotent tool, whose result is this one's too; who performs calls waits for it first."""
