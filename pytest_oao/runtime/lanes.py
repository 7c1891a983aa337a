"""Which causal strand of a concurrent run a call belongs to.

A lane is named by its ordinal path: the n-th task or thread that lane `0` starts is `0.n`. The ordinal is taken where
the strand is *started*, in its parent, so that the name does not depend on how strands are scheduled afterwards.
What a server starts for those who connect is numbered apart (`0.s0`): in replay nobody connects, and the other strands
keep their names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count

from pytest_oao.model.calls import Site


class Lane:
    """A strand, the numbers of the strands it starts, and the root strand of its session."""

    __slots__ = ("_next", "_root", "_served", "after", "caller", "path", "site")

    def __init__(self, path: str = "0", root: "Lane | None" = None, caller: int | None = None) -> None:
        self.path = path
        self._root = root
        self.caller = caller
        """The `seq` of the call whose performance this strand is part of: of a tool that makes calls of its own."""
        self.site = Site()
        """Where in the code the strand was started."""
        self.after: object = None
        """Of a root: what stands in for its session once that is over; it goes with the last of the strands."""
        self._next = count()
        self._served = count()

    @property
    def root(self) -> "Lane":
        """The root strand of the session, which this one may be."""
        return self if self._root is None else self._root

    def served(self) -> "Lane":
        """Start a strand that serves somebody who connected."""
        return Lane(f"{self.path}.s{next(self._served)}", self.root, self.caller)

    def child(self) -> "Lane":
        """Start a strand."""
        return Lane(f"{self.path}.{next(self._next)}", self.root, self.caller)


_LANE: ContextVar[Lane | None] = ContextVar("oao_lane", default=None)
_PERFORMING: ContextVar[bool] = ContextVar("oao_performing", default=False)


def here() -> Lane | None:
    """Return the lane of the running code, of whichever session; None where it runs on behalf of none."""
    return _LANE.get()


def lane_below(root: Lane) -> Lane:
    """Return the lane of the running code, or `root` where it runs on behalf of no lane of that session."""
    lane = _LANE.get()
    return lane if lane is not None and lane.root is root else root


def started_at() -> Site:
    """Return where the strand of the running code was started, as far as it is known."""
    lane = _LANE.get()
    return lane.site if lane is not None else Site()


@contextmanager
def in_lane(lane: Lane) -> Iterator[None]:
    """Start what is started inside on `lane`; never to be held over a `yield` of a generator of the agent's."""
    token = _LANE.set(lane)
    try:
        yield
    finally:
        _LANE.reset(token)


def enter(lane: Lane | None) -> None:
    """Have everything in this context run on `lane` from now on."""
    _LANE.set(lane)


def performing() -> bool:
    """Whether an adapter is performing a call here: what happens inside is no host call of its own, and no lane."""
    return _PERFORMING.get()


def in_performance() -> bool:
    """Whether the running code is part of an admitted call: of an adapter's work, or of the body of a tool."""
    lane = _LANE.get()
    return _PERFORMING.get() or (lane is not None and lane.caller is not None)


@contextmanager
def called_back() -> Iterator[None]:
    """Mark what runs inside as the agent's own again: what performs a call calls a function of the agent's."""
    token = _PERFORMING.set(False)
    try:
        yield
    finally:
        _PERFORMING.reset(token)


class perform:  # noqa: N801 - a context manager, and no generator: it is entered for each chunk of a stream
    """Mark what runs inside as the performance of a call that is admitted already."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _PERFORMING.set(True)

    def __exit__(self, *_: object) -> None:
        _PERFORMING.reset(self._token)
