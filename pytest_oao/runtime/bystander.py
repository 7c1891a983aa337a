"""The gateway of a program in production: it looks on, and only a policy may stop anything.

What cannot be recorded is done all the same. The record is given up then, with a reason: one with a hole in it would
be taken for the whole.
"""

from collections.abc import Callable
from threading import RLock

from pytest_oao.errors import OaoHalt, SeamMissing
from pytest_oao.model.calls import Call
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.admissions import Admission
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms

UNRECORDED = -1
"""The `seq` of a call that is made and not recorded."""


class Bystander(Gateway):
    """Records one session of many in a process, each the calls of its own strands; `lose` is told why it gave up."""

    is_wide = False

    def __init__(self, header: Header, scribe: Scribe, terms: Terms, lose: Callable[[str], None]) -> None:
        super().__init__(header, Recorder(), scribe, terms)
        self.lose = lose

    def admit(self, call: Call, receiver: object = None) -> Admission:
        """Let a call happen; raises what a policy makes of it."""
        return Admission(UNRECORDED, call) if self._closed else super().admit(call, receiver)

    def streams(self, admission: Admission, close: Callable[[], object]) -> None:
        """Say that a call's answer is being read."""
        if admission.seq != UNRECORDED:
            super().streams(admission, close)

    def unseen_library(self, missing: SeamMissing) -> None:
        """Raise SeamMissing: calls of a library cannot be seen, and a policy is to see them."""
        raise missing

    def unkept(self, halt: OaoHalt) -> None:
        """Give the record up."""
        self.lose(halt.what)

    def forsake(self) -> None:
        """Let go of the session in a forked process, where it is another's: what was done with it has no effect."""
        self.lock = RLock()  # another thread may have held it
        self._closed = True
        self.scribe = Scribe(self.scribe.redactor, self.scribe.project)
