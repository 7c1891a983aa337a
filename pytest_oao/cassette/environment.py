"""The environment's variables, and when they change: an audit event tells, so that nobody looks at all for each call.

An agent may load its keys late, from a `.env` file or in a fixture. An audit hook cannot be taken out again, so there
is one for the life of the process, made with the first redactor that asks.
"""

import sys

_EVENT = "os.putenv"


class Changes:
    """Counts the variables that were set in this process since the first redactor was made."""

    def __init__(self) -> None:
        self.count = 0
        self._watching = False

    def watch(self) -> None:
        """Count from now on."""
        if not self._watching:
            self._watching = True
            sys.addaudithook(self._hear)

    def _hear(self, event: str, _: tuple[object, ...]) -> None:
        if event == _EVENT:
            self.count += 1


CHANGES = Changes()
