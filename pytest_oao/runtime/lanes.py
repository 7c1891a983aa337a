"""Which causal strand of a concurrent run a call belongs to.

A lane is named by its ordinal path: the n-th task or thread that lane `0` starts is `0.n`. The ordinal is taken where
the strand is *started*, in its parent, so that the name does not depend on how strands are scheduled afterwards.
What a server starts for those who connect is numbered apart (`0.s0`): in replay nobody connects, and the other strands
keep their names.
"""

from asyncio import _get_running_loop
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import count
from threading import local
from types import CodeType
from typing import NamedTuple

from pytest_oao.model.attributes import AGENT_NAME
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.kinds import AGENT


class Within(NamedTuple):
    """The call that a strand is part of the performance of, and what is around that."""

    caller: int | None = None
    """Its `seq`: of a tool that makes calls of its own, or of an agent that a model has as a tool."""
    call: Call | None = None
    depth: int = 0
    """How many tools and agents there are around the strand."""
    in_tool: bool = False
    """Whether the innermost one is a tool: what it asks of the world in its turn is no step of the agent."""
    agent: str = ""
    """The agent whose strand it is, where it has a name."""


OUTERMOST = Within()


def within(outer: Within, seq: int, call: Call) -> Within:
    """Return what the performance of a call is within: of a tool, of a question, of an agent that a model has."""
    is_agent = call.kind == AGENT
    agent = str(call.attributes.get(AGENT_NAME) or (call.target if is_agent else "")) or outer.agent
    return Within(seq, call, outer.depth + 1, in_tool=not is_agent, agent=agent)


def placed(call: Call, inside: Within) -> Call:
    """Return a call as it is written down: with what it is part of, and the name of the agent that makes it."""
    if inside.caller is not None:
        call = replace(call, parent=inside.caller)
    if inside.agent and call.kind != AGENT and AGENT_NAME not in call.attributes:
        call = replace(call, attributes={**call.attributes, AGENT_NAME: inside.agent})
    return call


class Lane:
    """A strand, the numbers of the strands it starts, and the root strand of its session."""

    __slots__ = ("_next", "_root", "_served", "after", "path", "site", "within")

    def __init__(self, path: str = "0", root: "Lane | None" = None, within: Within = OUTERMOST) -> None:
        self.path = path
        self._root = root
        self.within = within
        """The call that this strand is part of."""
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
        return Lane(f"{self.path}.s{next(self._served)}", self.root, self.within)

    def child(self) -> "Lane":
        """Start a strand."""
        return Lane(f"{self.path}.{next(self._next)}", self.root, self.within)

    def of_agent(self, name: str) -> "Lane":
        """Return this same strand as it is while an agent of that name works on it."""
        deeper = self.within.depth + bool(self.within.agent and self.within.agent != name)
        lane = Lane(self.path, self.root, self.within._replace(agent=name, depth=deeper))
        lane.site, lane._next, lane._served = self.site, self._next, self._served
        return lane


_LANE: ContextVar[Lane | None] = ContextVar("oao_lane", default=None)
_PERFORMING: ContextVar[bool] = ContextVar("oao_performing", default=False)


NO_STRANDS: set[CodeType] = set()
"""Of coroutines that are no strands when they are run as tasks: they wait for something, as often as time has it."""


class _Thread(local):
    """What holds for a thread, whichever context runs in it."""

    moved: tuple[Lane | None, Lane] | None = None
    carries_on = False


_THREAD = _Thread()


def here() -> Lane | None:
    """Return the lane of the running code, of whichever session; None where it runs on behalf of none."""
    lane, instead = _LANE.get(), _THREAD.moved
    if instead is None or (lane is not None and lane is not instead[0]) or _get_running_loop() is not None:
        return lane
    return instead[1]


def copied() -> Lane | None:
    """Return the lane that copies of this context are of: where the running code was moved, that of who started it."""
    return _LANE.get()


@contextmanager
def moved(starter: Lane | None, lane: Lane) -> Iterator[None]:
    """Have what runs here in the context of whoever started it, of which copies are `starter`'s, run on `lane` instead.

    Code that hands work to a thread often copies its context itself, before it hands it on, and enters the copy there:
    `pool.submit(copy_context().run, work)`. An event loop's tasks have contexts of their own.
    """
    outer, _THREAD.moved = _THREAD.moved, (starter, lane)
    try:
        yield
    finally:
        _THREAD.moved = outer


@contextmanager
def carrying_on() -> Iterator[None]:
    """Have tasks and threads that are started in here be no strands of their own; never to be held over an `await`."""
    outer, _THREAD.carries_on = _THREAD.carries_on, True
    try:
        yield
    finally:
        _THREAD.carries_on = outer


def start_anew() -> None:
    """Have tasks and threads be strands again: a coroutine begins, which an eager task runs inside `carrying_on`."""
    _THREAD.carries_on = False


def is_moved() -> bool:
    """Whether contexts that are entered here may be those of who started this."""
    return _THREAD.moved is not None


def starts_strands() -> bool:
    """Whether a task or thread that is started here is a strand of its own."""
    return not (_THREAD.carries_on or _PERFORMING.get())


def lane_below(root: Lane) -> Lane:
    """Return the lane of the running code, or `root` where it runs on behalf of no lane of that session."""
    lane = here()
    return lane if lane is not None and lane.root is root else root


def started_at() -> Site:
    """Return where the strand of the running code was started, as far as it is known."""
    lane = here()
    return lane.site if lane is not None else Site()


@contextmanager
def in_lane(lane: Lane) -> Iterator[None]:
    """Start what is started inside on `lane`; never to be held over a `yield` of a generator of the agent's."""
    token = _LANE.set(lane)
    try:
        yield
    finally:
        _LANE.reset(token)


@contextmanager
def entered(lane: Lane) -> Iterator[None]:
    """Have the agent's own code inside run on `lane`; it may end in another context than it began in."""
    outer = _LANE.get()
    _LANE.set(lane)
    try:
        yield
    finally:
        _LANE.set(outer)


def enter(lane: Lane | None) -> None:
    """Have everything in this context run on `lane` from now on."""
    _LANE.set(lane)


def performing() -> bool:
    """Whether an adapter is performing a call here: what happens inside is no host call of its own, and no lane."""
    return _PERFORMING.get()


def in_performance() -> bool:
    """Whether the running code is part of an admitted call: of an adapter's work, or of the body of a tool."""
    lane = here()
    return _PERFORMING.get() or (lane is not None and lane.within.caller is not None)


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
