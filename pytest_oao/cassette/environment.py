"""Secrets that come into the environment late: an audit event tells of each variable, so that no call looks at all.

An agent may load its keys from a `.env` file, or a fixture may set them. An audit hook cannot be taken out again, so
there is one for the life of the process, made with the first redactor that asks.
"""

import os
import sys
from typing import Any

from pytest_oao.cassette.secret_values import environment_values

_EVENT = "os.putenv"


class LateSecrets:
    """The secrets among the variables that were set in this process since somebody asked, in that order."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._watching = False

    def watch(self) -> None:
        """Listen from now on."""
        if not self._watching:
            self._watching = True
            sys.addaudithook(self._hear)

    def _hear(self, event: str, variable: tuple[Any, ...]) -> None:
        if event == _EVENT:
            name, value = map(os.fsdecode, variable)
            self.values += environment_values({name: value})


LATE = LateSecrets()
