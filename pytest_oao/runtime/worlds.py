"""What stands in for the world's clocks and chance, session by session: for the agent's own code, and no other."""

from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pytest_oao.model.calls import Call
from pytest_oao.model.kinds import RANDOM
from pytest_oao.model.sessions import Session
from pytest_oao.runtime.callers import Callers, callers_below
from pytest_oao.runtime.chance import Chance, LaneChance, seed_of
from pytest_oao.runtime.clock_tape import ClockTape
from pytest_oao.runtime.clocks import Clocks, RecordingClocks, ReplayingClocks
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import performing
from pytest_oao.runtime.per_kind import Answer, Answers
from pytest_oao.runtime.running import current


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The clocks and the chance of one session."""

    gateway: Gateway
    callers: Callers
    clocks: Clocks
    chance: Chance
    real_chance: bool = False
    """Whether chance is the machine's all the same."""

    @property
    def streams(self) -> LaneChance:
        """What the running strand draws from."""
        return self.chance.of(self.gateway.lane.path)


def recording_world(gateway: Gateway, root: Path) -> World:
    """Return the world of a session that is recorded, of the code below a folder: real time, and chance by a seed."""
    return World(gateway, callers_below(root), RecordingClocks(gateway), Chance(seed_of(gateway.header)))


def replaying_world(gateway: Gateway, root: Path, session: Session, answers: Answers) -> World:
    """Return the world of a session that is replayed: recorded time, and chance by the same seed."""
    calls = [one for one in session.exchanges if answers.of(one.call) is Answer.REPLAY]
    clocks = ReplayingClocks(gateway, ClockTape(session.exchanges, calls), answers)
    real_chance = answers.of(Call(RANDOM, RANDOM)) is Answer.LIVE
    return World(gateway, callers_below(root), clocks, Chance(seed_of(session.header)), real_chance)


_WORLDS: tuple[World, ...] = ()
"""A new tuple each time, for threads look at it meanwhile."""


def enter_world(world: World) -> None:
    """Have the world's session keep its own time and draw its own lots."""
    global _WORLDS  # noqa: PLW0603 - there is one process
    _WORLDS = (*_WORLDS, world)


def leave_world(world: World) -> None:
    """End what `enter_world` began."""
    global _WORLDS  # noqa: PLW0603 - as above
    _WORLDS = tuple(one for one in _WORLDS if one is not world)


def read_by(frame: FrameType) -> World | None:
    """Return the world whose clocks the code of a frame reads, None where it reads the machine's."""
    for world in _WORLDS:
        if world.callers.reads(frame):
            return _running()
    return None


def drawn_by(frame: FrameType) -> World | None:
    """Return the world by whose chance the code of a frame draws, None where it draws by the machine's."""
    for world in _WORLDS:
        if not world.real_chance and world.callers.draws(frame):
            return _running()
    return None


def _running() -> World | None:
    """Return the world of the running code's session; none inside a call, which is not made in replay."""
    if performing():
        return None
    gateway = current()
    return next((world for world in _WORLDS if world.gateway is gateway and gateway.halted is None), None)
