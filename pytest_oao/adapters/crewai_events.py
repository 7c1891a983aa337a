"""CrewAI's own events and telemetry: they are no work of the agent's, and take no lane."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import carrying_on
from pytest_oao.runtime.running import current

_BUS, _TELEMETRY = "crewai.events.event_bus", "crewai.telemetry.telemetry"


class CrewAIEvents:
    """Patches `emit` of the event bus, and `Telemetry._is_telemetry_disabled`, which is asked before each span."""

    name = "crewai events"
    modules = (_BUS, _TELEMETRY)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the class of `module`."""
        patches, library = Patches(), sys.modules[module]
        if module == _BUS:
            patches.wrap(library.CrewAIEventsBus, "emit", _aside)
        else:
            patches.wrap(library.Telemetry, "_is_telemetry_disabled", _silent_in_sessions)
        return patches.undo


def _aside(original: Callable[..., Any]) -> Callable[..., Any]:
    def emit(self: Any, *args: Any, **kwargs: Any) -> Any:
        with carrying_on():
            return original(self, *args, **kwargs)

    return emit


def _silent_in_sessions(original: Callable[[], bool]) -> Any:
    return staticmethod(lambda: current() is not None or original())
