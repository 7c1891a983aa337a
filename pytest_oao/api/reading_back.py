"""A session that runs, read back from where it is written: what is there is not kept in memory besides."""

from collections.abc import Callable

from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_reading import parse_journal, read_journal
from pytest_oao.model.sessions import Session
from pytest_oao.providers.session_description import described_session
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.stores.sinks import RecordSink


def reader_of(gateway: Gateway) -> Callable[[], Session]:
    """Return what reads a session that is running."""
    sink = gateway.scribe.sink
    if gateway.terms.keep:
        return gateway.session
    if isinstance(sink, Journal):
        path = sink.path
        return lambda: described_session(read_journal(path).session)
    if isinstance(sink, RecordSink):
        return lambda: _written(sink)
    return gateway.session


def _written(sink: RecordSink) -> Session:
    data = sink.read()
    if not data:
        return Session(sink.record.lines.shown(sink.record.header))
    return described_session(parse_journal(data, sink.record.where).session)
