"""The file descriptors that a process is started with, and pipes of ours put between it and the agent."""

import os
from typing import Any

from pytest_oao.adapters.process_pipes import close, is_file, is_stream

OUTPUTS = {"stdout": ("c2pwrite", "c2pread"), "stderr": ("errwrite", "errread")}
"""As `Popen` calls the process's end and the agent's; the latter is -1 where the agent gave a file of its own."""


class Interposed:
    """What `Popen._execute_child` is given, with pipes of ours in place of the agent's."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = dict(given)
        self.outputs: dict[str, tuple[int, int]] = {}
        """By stream: where our copy of it is read, and where it goes."""
        self.input: tuple[int, int] | None = None
        self._ours: list[int] = []
        self._theirs: list[int] = []
        for stream in OUTPUTS:
            self._output(given, stream)
        if is_stream(given["p2cread"]) and not is_file(given["p2cread"]):
            self._input(given)

    def _output(self, given: dict[str, Any], stream: str) -> None:
        end, counterpart = OUTPUTS[stream]
        if stream == "stderr" and given[end] == given["c2pwrite"]:
            self.given[end] = self.given["c2pwrite"]
        elif is_stream(given[end]):
            source, ours = os.pipe()
            self.outputs[stream] = (source, os.dup(given[end]))
            self._replace(end, counterpart, ours)

    def _input(self, given: dict[str, Any]) -> None:
        ours, target = os.pipe()
        self.input = (os.dup(given["p2cread"]), target)
        self._replace("p2cread", "p2cwrite", ours)

    def _replace(self, end: str, counterpart: str, ours: int) -> None:
        """Have the process get our end; without a counterpart, `Popen` leaves the closing of it to us."""
        if self.given[counterpart] != -1:
            self._theirs.append(self.given[end])
        self.given[end], self.given[counterpart] = ours, -1
        self._ours.append(ours)

    def close_started(self) -> None:
        """Close what only the process needs, once it has started: ours, and the agent's that Popen would close."""
        for number in (*self._ours, *self._theirs):
            close(number)

    def close_failed(self, *, closed: bool) -> None:
        """Close everything of ours; and the process's ends of the agent's pipes where Popen takes them for closed."""
        pairs = [*self.outputs.values(), *([] if self.input is None else [self.input])]
        for number in (*self._ours, *(one for pair in pairs for one in pair), *(self._theirs if closed else ())):
            close(number)
