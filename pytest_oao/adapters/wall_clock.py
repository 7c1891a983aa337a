"""What time it is: `time.time`, `datetime.now`, `date.today` and whatever else asks it, whoever holds which name of it.

time-machine replaces the C functions themselves, so that their types stay what they are and no name needs to be found.
It asks a stack of travellers for the time; ours is the lowest, so that one of the test's own is asked before it.
"""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.routing import Routes
from pytest_oao.model.readings import WALL
from pytest_oao.runtime.worlds import read_by


class WallClock:
    """Patches the functions of `time` and `datetime` that tell the time of day."""

    name = "wall clock"
    modules = ("time",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch them, unless freezegun did before: then the time is its affair."""
        import time_machine  # noqa: PLC0415 - late: it imports dateutil where that is installed

        if getattr(sys.modules["datetime"].datetime, "__name__", "") == "FakeDatetime":
            return lambda: None
        journey = time_machine.travel(0, tick=False)
        theirs = journey.start()
        stack: list[Any] = time_machine.traveller_stack
        ours = Traveller(time_machine.escape_hatch.time.time_ns)
        stack.remove(theirs)
        stack.insert(0, ours)
        routes = Routes()
        for name in ("ctime", "asctime"):
            routes.route(sys.modules[module], name, _of_now)

        def undo() -> None:
            routes.undo()
            stack.remove(ours)
            stack.append(theirs)
            journey.stop()

        return undo


class Traveller:
    """What time-machine asks for the time, from the frame of whoever wants to know."""

    def __init__(self, real: Callable[[], int]) -> None:
        self._real = real

    def time_ns(self) -> int:
        """Return the nanoseconds since the epoch."""
        world = read_by(sys._getframe(1))  # noqa: SLF001 - the caller is all that tells
        return self._real() if world is None else world.clocks.read(WALL, self._real())


def _of_now(original: Callable[..., str]) -> Callable[..., str]:
    """Have the text of the present moment be one of the moment that the caller lives in."""
    takes_seconds = original.__name__ == "ctime"

    def of_now(moment: Any = None, /) -> str:
        if moment is not None:
            return original(moment)
        world = read_by(sys._getframe(1))  # noqa: SLF001 - as above
        if world is None:
            return original()
        clock = sys.modules["time"]
        real = clock.time_ns()
        seconds = world.clocks.read(WALL, real) // 1_000_000_000
        return original(seconds if takes_seconds else clock.localtime(seconds))

    return of_now
