"""Which calls have failed, and are made again."""

from pytest_oao.model.calls import Call
from pytest_oao.policy.facts import Identity, identity_of

_MOST = 4096
"""Calls that are remembered: one that has failed is made again soon, or not at all."""

_Failed = list[float | None]
"""When a call has failed on a lane, each time, where that is known."""


class Attempts:
    """The calls that have failed, each until it succeeds: by lane, since lanes tell what was before what."""

    def __init__(self) -> None:
        self._failed: dict[Identity, dict[str, _Failed]] = {}

    def failed(self, call: Call, at: float | None = None) -> int:
        """Return how often this same call has failed before it is made at a moment, in a row.

        All that its own lane did was before; what other lanes did only where it was over by then, as far as times tell.
        """
        if not self._failed:
            return 0
        lanes = self._failed.get(identity_of(call), {})
        return sum(lane == call.lane or _was_before(ended, at) for lane, times in lanes.items() for ended in times)

    def settled(self, call: Call, ended: float | None, *, failed: bool) -> None:
        """Take note of how a call ended, and when."""
        if not failed:
            if self._failed:
                self._failed.pop(identity_of(call), None)
            return
        lanes = self._failed.setdefault(identity_of(call), {})
        lanes.setdefault(call.lane, []).append(ended)
        if len(self._failed) > _MOST:
            del self._failed[next(iter(self._failed))]


def _was_before(ended: float | None, at: float | None) -> bool:
    return ended is None or at is None or ended <= at
