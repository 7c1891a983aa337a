"""Secrets that come into the environment late: `os.putenv` tells of each variable, so that no call looks at all.

An agent may load its keys from a `.env` file, or a fixture may set them. Whichever way, `os.environ` calls `os.putenv`,
and that is wrapped with the first redactor that asks, for the life of the process: a secret stays one. An audit hook,
beside that of the network guard, would hear as much, and of each `id()` and each frame's code besides: dozens a call.
"""

import os
from functools import wraps

from pytest_oao.cassette.secret_values import environment_values


class LateSecrets:
    """The secrets among the variables that were set in this process since somebody asked, in that order."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._listener: object = None

    def watch(self) -> None:
        """Listen from now on; also when a test had put something else in that place meanwhile."""
        if os.putenv is self._listener:
            return
        putenv = os.putenv

        @wraps(putenv)
        def heard(name: str | bytes, value: str | bytes, /) -> None:
            putenv(name, value)
            self._hear(os.fsdecode(name), os.fsdecode(value))

        vars(os)["putenv"] = self._listener = heard

    def _hear(self, name: str, value: str) -> None:
        self.values += environment_values({name: value})


LATE = LateSecrets()
