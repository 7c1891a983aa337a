"""What a managed test is in this run: recorded, replayed, or refused."""

import pytest

from pytest_oao.cassette.completeness import require_complete
from pytest_oao.errors import DamagedFile, HostileFile, IncompleteFile, MissingFile, OaoError
from pytest_oao.plugin.managed_test import ManagedTest, command_of, display
from pytest_oao.plugin.options import Mode
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.recording_test import RecordingTest
from pytest_oao.plugin.refused_test import RefusedTest
from pytest_oao.plugin.replaying_test import ReplayingTest
from pytest_oao.plugin.settings import Settings
from pytest_oao.plugin.shelved_session import ShelvedSession, pinned_to


def attempt_of(run: PytestRun, item: pytest.Item, settings: Settings) -> ManagedTest:
    """Return an attempt of a test, by the mode of the run and by its cassette."""
    if (pinned := pinned_to(item)) is not None:
        return _pinned(run, item, settings, pinned)
    if run.mode is Mode.RECORD:
        return RecordingTest(run, item, settings)
    try:
        session = run.store.load(settings.cassette)
        require_complete(session, str(settings.cassette))
    except MissingFile:
        if run.mode is Mode.RECORD_MISSING:
            return RecordingTest(run, item, settings)
        return RefusedTest(run, item, settings, _unrecorded(run, item, settings))
    except OaoError as error:
        return RefusedTest(run, item, settings, _told(error, run, item, settings))
    return ReplayingTest(run, item, settings, session)


def _pinned(run: PytestRun, item: pytest.Item, settings: Settings, pinned: ShelvedSession) -> ManagedTest:
    """Return an attempt of a test that is pinned to a session: it is replayed in every mode."""
    try:
        session = pinned.load()
        require_complete(session, str(settings.cassette))
    except OaoError as error:
        return RefusedTest(run, item, settings, error)
    return ReplayingTest(run, item, settings, session)


def _unrecorded(run: PytestRun, item: pytest.Item, settings: Settings) -> MissingFile:
    what, remedy = "there is no cassette to answer from", f"record it: {command_of(item, run.redactor)}"
    return MissingFile(what, where=display(settings.cassette, item.config), remedy=remedy)


def _told(error: OaoError, run: PytestRun, item: pytest.Item, settings: Settings) -> OaoError:
    """Return an error of a cassette with its path as the user would type it, and the command that mends a damage."""
    path, shown = str(settings.cassette), display(settings.cassette, item.config)
    where, remedy = (text.replace(path, shown) for text in (error.where, error.remedy))
    if isinstance(error, DamagedFile | IncompleteFile | HostileFile):
        remedy = f"{remedy}\n  record it anew: {command_of(item, run.redactor)}"
    return type(error)(error.what, where=where, remedy=remedy)
