"""Record a run that is to become a fixture: each call is on disk before it goes on, and what is lost stops it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from pytest_oao.adapters.own_world import own_world
from pytest_oao.api.judging import judged
from pytest_oao.api.plans import Plan
from pytest_oao.api.reading_back import reader_of
from pytest_oao.api.run_labels import Labels
from pytest_oao.api.seams import seams
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.journal_file import SUFFIX
from pytest_oao.cassette.redacting import redacted_header, redacted_metadata
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.halts import stopped
from pytest_oao.runtime.running import running
from pytest_oao.runtime.running_session import RunningSession
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.worlds import recording_world
from pytest_oao.stores.tallies import Tally


@contextmanager
def strict_session(plan: Plan, folder: Path, labels: Labels, tally: Tally) -> Iterator[RunningSession]:
    """Record what is inside; raises OaoError where it cannot be begun, OaoHalt inside where it cannot go on."""
    header = redacted_header(plan.header(labels), plan.redactor)
    path = folder / f"{header.id}{SUFFIX}"
    with seams(), _journal(path, header, tally) as journal:
        gateway = Gateway(header, Recorder(), Scribe(plan.redactor, plan.project, journal), plan.terms())
        world = own_world(recording_world(gateway, plan.root)) if plan.deterministic else nullcontext()
        with running(gateway), world, judged(gateway):
            session = RunningSession(path, gateway, plan.policing, reader_of(gateway))
            with _output_of(session, journal, plan.redactor):
                yield session


@contextmanager
def _output_of(session: RunningSession, journal: Journal, redactor: Redactor) -> Iterator[None]:
    """Write down what the run inside has come to, when it ends; a run that is stopped or fails may have, too."""
    try:
        yield
    finally:
        known = session.said()
        if known:
            journal.known(redacted_metadata(known, redactor))


@contextmanager
def _journal(path: Path, header: Header, tally: Tally) -> Iterator[Journal]:
    """Begin a journal, and seal it with how the run inside ended."""
    journal = Journal.create(path, header)
    ending = Ending("passed")
    try:
        yield journal
    except BaseException as error:
        ending = stopped(error) or Ending("failed", type(error).__name__)
        raise
    finally:
        journal.close(ending)
        tally.recorded()
