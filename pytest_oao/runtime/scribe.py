"""What a live call leaves behind: redacted, written down.

One place takes the secrets out, before the first byte reaches a file or a report; the agent gets its own bytes.
"""

from pytest_oao.cassette.redacting import redacted_call, redacted_outcome
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.ports import Sink
from pytest_oao.runtime.sites import Project


class Scribe:
    """Redacts calls and outcomes on their way to a sink."""

    def __init__(self, redactor: Redactor, project: Project, sink: Sink | None = None) -> None:
        self.redactor = redactor
        self.project = project
        self.sink = sink

    def started(self, seq: int, call: Call) -> Call:
        """Write down that a call begins, and return it without its secrets."""
        call = redacted_call(call, self.redactor, site=self.project.site())
        if self.sink is not None:
            self.sink.started(seq, call)
        return call

    def noted(self, exchange: Exchange) -> None:
        """Write down a call that has happened already; it holds no secret."""
        if self.sink is not None:
            self.sink.started(exchange.seq, exchange.call)
            self.sink.settled(exchange)

    def cleaned(self, outcome: Outcome) -> Outcome:
        """Return an outcome without its secrets."""
        return redacted_outcome(outcome, self.redactor)

    def settled(self, exchange: Exchange) -> None:
        """Write down how a call ended; its outcome is one that `cleaned` returned."""
        if self.sink is not None:
            self.sink.settled(exchange)
