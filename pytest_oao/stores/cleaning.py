"""Who takes the secrets out of what is written: this floor, or whoever gave it the calls."""

from dataclasses import replace
from typing import Protocol

from pytest_oao.cassette.redacting import redacted_call, redacted_header, redacted_metadata, redacted_outcome
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Header


class Cleaning(Protocol):
    """What is done to everything before it becomes a line."""

    def header(self, header: Header) -> Header:
        """Return a header as it is written."""

    def call(self, call: Call) -> Call:
        """Return a call as it is written."""

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange as it is written, but for its call: that was written when it began."""

    def metadata(self, metadata: bytes) -> JSONObject:
        """Return what is known of a run, which is JSON, as it is written."""


class Redaction:
    """Takes the secrets out here."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def header(self, header: Header) -> Header:
        """Return a header without secrets, saying which rules were in force."""
        return redacted_header(header, self._redactor)

    def call(self, call: Call) -> Call:
        """Return a call without secrets."""
        return redacted_call(call, self._redactor)

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange with an outcome without secrets."""
        return replace(exchange, outcome=redacted_outcome(exchange.outcome, self._redactor))

    def metadata(self, metadata: bytes) -> JSONObject:
        """Return what is known of a run without secrets."""
        return redacted_metadata(metadata, self._redactor)


class RedactedBefore(Redaction):
    """Calls and their outcomes come without secrets already."""

    def call(self, call: Call) -> Call:
        """Return a call as it came."""
        return call

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return an exchange as it came."""
        return exchange
