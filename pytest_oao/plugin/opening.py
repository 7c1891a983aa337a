"""What a managed test is in this run: recorded, replayed, or refused."""

from importlib import import_module
from pathlib import Path

import pytest

from pytest_oao.cassette.completeness import require_complete
from pytest_oao.cassette.conversions import begins_as_ours
from pytest_oao.errors import DamagedFile, HostileFile, IncompleteFile, MissingFile, OaoError
from pytest_oao.plugin.managed_test import ManagedTest, command_of, display, quoted
from pytest_oao.plugin.options import Mode, is_moved
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.recording_test import RecordingTest
from pytest_oao.plugin.refused_test import RefusedTest
from pytest_oao.plugin.replaying_test import ReplayingTest
from pytest_oao.plugin.settings import Settings
from pytest_oao.plugin.shelved_session import ShelvedSession, pinned_to
from pytest_oao.plugin.vcr_places import cassette_of_vcrpy

MOVES = "pytest_oao.plugin.vcr_moves"


def attempt_of(run: PytestRun, item: pytest.Item, settings: Settings) -> ManagedTest:
    """Return an attempt of a test, by the mode of the run and by its cassette."""
    if is_moved(item):
        moving: ManagedTest = import_module(MOVES).MovingTest(run, item, settings)
        return moving
    if (pinned := pinned_to(item)) is not None:
        return _pinned(run, item, settings, pinned)
    if run.mode is Mode.RECORD:
        return RecordingTest(run, item, settings)
    try:
        session = run.store.load(settings.cassette)
        require_complete(session, str(settings.cassette))
    except MissingFile:
        records, why = run.mode is Mode.RECORD_MISSING, _unrecorded(run, item, settings)
        return RecordingTest(run, item, settings) if records else RefusedTest(run, item, settings, why)
    except OaoError as error:
        return RefusedTest(run, item, settings, _told(error, run, item, settings))
    return ReplayingTest(run, item, settings, session)


def _pinned(run: PytestRun, item: pytest.Item, settings: Settings, pinned: ShelvedSession) -> ManagedTest:
    """Return an attempt of a test that is pinned to a session, with one of its own: it is replayed in every mode."""
    pinned.forget()
    try:
        session = pinned.load()
        require_complete(session, str(settings.cassette))
    except OaoError as error:
        return RefusedTest(run, item, settings, error)
    return ReplayingTest(run, item, settings, session)


def _unrecorded(run: PytestRun, item: pytest.Item, settings: Settings) -> MissingFile:
    what, place = "there is no cassette to answer from", display(settings.cassette, item.config)
    remedy = f"record it: {command_of(item, run.redactor)}"
    old = cassette_of_vcrpy(item)
    if old is not None:
        remedy += f"\n  or take what vcrpy recorded: {_taking(old, display(old, item.config), place)}"
    return MissingFile(what, where=place, remedy=remedy)


def _taking(old: Path, shown: str, place: str) -> str:
    """Return the command that puts a test's cassette of vcrpy's, or what was made of it, where the test looks now."""
    if begins_as_ours(old):
        return f"mkdir -p {quoted(place.rpartition('/')[0])} && mv {quoted(shown)} {quoted(place)}"
    return f"oao import {quoted(shown)} -o {quoted(place)}"


def _told(error: OaoError, run: PytestRun, item: pytest.Item, settings: Settings) -> OaoError:
    """Return an error of a cassette with its path as the user would type it, and the command that mends a damage."""
    path, shown = str(settings.cassette), display(settings.cassette, item.config)
    where, remedy = (text.replace(path, shown) for text in (error.where, error.remedy))
    if settings.cassette == cassette_of_vcrpy(item) and not begins_as_ours(settings.cassette):
        remedy = f"If vcrpy recorded it: oao import --in-place {quoted(shown)}\n  {remedy}"
    if isinstance(error, DamagedFile | IncompleteFile | HostileFile):
        remedy = f"{remedy}\n  record it anew: {command_of(item, run.redactor)}"
    return type(error)(error.what, where=where, remedy=remedy)
