"""What a live call leaves behind: redacted, written down.

One place takes the secrets out, before the first byte reaches a file or a report; the agent gets its own bytes.
"""

from dataclasses import replace
from time import time

from pytest_oao.cassette.redacting import redacted_call, redacted_outcome
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import DENIED, Outcome, Raised
from pytest_oao.model.violations import Breach, Violation
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
        call = self.shown(call)
        if self.sink is not None:
            self.sink.started(seq, call)
        return call

    def shown(self, call: Call) -> Call:
        """Return a call without its secrets, and with its place in the code."""
        return redacted_call(call, self.redactor, site=self.project.site())

    def clean_verdicts(self, exchange: Exchange) -> Exchange:
        """Return an exchange with no secret in what was said to it: a reason may quote what a tool is given."""
        for one in exchange.verdicts:
            if one.by or one.why:
                break
        else:
            return exchange
        text = self.redactor.text
        said = tuple([replace(one, by=text(one.by), why=text(one.why)) for one in exchange.verdicts])
        return replace(exchange, verdicts=said)

    def breach(self, breach: Breach) -> Breach:
        """Return what was found broken without secrets."""
        return breach.with_found(self.redactor.text(breach.found))

    def denied(self, seq: int, violation: Violation, *, begun: bool = False) -> Exchange:
        """Write down a call that a policy denied: it was never made. Return what stands for it."""
        assert violation.call is not None
        denial = violation.breach.denial
        outcome = Raised(DENIED, f"{denial.rule}: {denial.why}")
        exchange = Exchange(seq, violation.call, outcome, time(), verdicts=(denial,))
        if begun:
            self.settled(exchange)
        else:
            self.noted(exchange)
        return exchange

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
