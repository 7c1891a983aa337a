"""Which calls have failed, and are made again."""

from pytest_oao.model.calls import Call

_MOST = 4096
"""Calls that are remembered: one that has failed is made again soon, or not at all."""

_Identity = tuple[str, str, str]
_Failed = list[float | None]
"""When a call has failed on a lane, each time, where that is known."""


class Attempts:
    """The calls that have failed, each until it succeeds: by lane, since lanes tell what was before what."""

    def __init__(self) -> None:
        self._failed: dict[_Identity, dict[str, _Failed]] = {}

    def failed(self, call: Call, at: float | None = None) -> int:
        """Return how often this same call has failed before it is made at a moment, in a row.

        All that its own lane did was before; what other lanes did only where it was over by then, as far as times tell.
        """
        if not self._failed:
            return 0
        lanes = self._failed.get(_identity(call), {})
        return sum(lane == call.lane or _was_before(ended, at) for lane, times in lanes.items() for ended in times)

    def settled(self, call: Call, ended: float | None, *, failed: bool) -> None:
        """Take note of how a call ended, and when."""
        if not failed:
            if self._failed:
                self._failed.pop(_identity(call), None)
            return
        lanes = self._failed.setdefault(_identity(call), {})
        lanes.setdefault(call.lane, []).append(ended)
        if len(self._failed) > _MOST:
            del self._failed[next(iter(self._failed))]


def _identity(call: Call) -> _Identity:
    return call.kind, call.target, call.body.sha256


def _was_before(ended: float | None, at: float | None) -> bool:
    return ended is None or at is None or ended <= at
