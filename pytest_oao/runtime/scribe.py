"""What a live call leaves behind: redacted, written down, and described when somebody asks.

One place takes the secrets out, before the first byte reaches a file or a report; the agent gets its own bytes.
"""

from dataclasses import replace

from pytest_oao.cassette.redacting import redacted_call, redacted_outcome
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.ports import Sink
from pytest_oao.providers.session_description import answer_attributes, described_call
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
        return described_call(call)

    def settled(self, exchange: Exchange) -> Exchange:
        """Write down how a call ended, and return the exchange without its secrets."""
        outcome = redacted_outcome(exchange.outcome, self.redactor)
        exchange = replace(exchange, outcome=outcome, attributes=answer_attributes(exchange.call, outcome))
        if self.sink is not None:
            self.sink.settled(exchange)
        return exchange
