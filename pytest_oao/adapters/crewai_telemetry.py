"""CrewAI's own telemetry: silent while a session runs, since it is no call of the agent's."""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class CrewAITelemetry:
    """Patches `Telemetry._is_telemetry_disabled`, which is asked before each span."""

    name = "crewai telemetry"
    modules = ("crewai.telemetry.telemetry",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch the class."""
        patches = Patches()
        patches.wrap(sys.modules[module].Telemetry, "_is_telemetry_disabled", _silent_in_sessions)
        return patches.undo


def _silent_in_sessions(original: Callable[[], bool]) -> Any:
    return staticmethod(lambda: current() is not None or original())
