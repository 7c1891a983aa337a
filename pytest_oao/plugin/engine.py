"""The plugin at work: one object per pytest run that holds what all managed tests share."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.cassette.folder import FolderStore
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import BadOption, OaoError
from pytest_oao.plugin import builtins, reports
from pytest_oao.plugin.managed_test import ManagedTest
from pytest_oao.plugin.options import Mode, is_managed, mode_of
from pytest_oao.plugin.recording_test import RecordingTest
from pytest_oao.plugin.replaying_test import ReplayingTest
from pytest_oao.plugin.settings import Settings, settings_of
from pytest_oao.ports import Store
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running_session import RunningSession

TEST = pytest.StashKey[ManagedTest]()


class Engine:
    """Opens a session for each managed test, and has the hooks of pytest tell it how the test goes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.mode = mode_of(config)
        self._whole_run = ExitStack()
        if not config.pluginmanager.has_plugin("oao-builtins"):
            config.pluginmanager.register(builtins, "oao-builtins")
        hook = config.hook
        patterns = [*config.getini("oao_redact"), *_flat(hook.pytest_oao_redactors(config=config))]
        self.redactor = Redactor.of(patterns, headers=config.getini("oao_keep_headers"))
        self.store: Store = hook.pytest_oao_store(config=config) or FolderStore(_cache(config))
        self.passthrough = frozenset(config.getini("oao_passthrough_hosts"))
        self.adapters = _flat(hook.pytest_oao_adapters(config=config))
        self.installation = Installation(self.adapters)
        if self.mode is Mode.REPLAY_ONLY:
            self._whole_run.enter_context(guarded(ReplayGuard(self.passthrough)))
            self._whole_run.enter_context(dummy_credentials())

    def pytest_unconfigure(self) -> None:
        """Take everything out again."""
        self.installation.uninstall()
        self._whole_run.close()

    def collected(self, items: Sequence[pytest.Item]) -> None:
        """Refuse markers that do not fit, and two tests that would record into one cassette."""
        owners: dict[Path, str] = {}
        for item in filter(is_managed, items):
            try:
                settings = settings_of(item)
                owner = owners.setdefault(settings.cassette, item.nodeid)
                if owner != item.nodeid and self.mode in {Mode.RECORD, Mode.RECORD_MISSING}:
                    raise BadOption(
                        f"{owner} records into {settings.cassette.name} as well",
                        where=item.nodeid,
                        remedy="give each test its own cassette=",
                    )
            except OaoError as error:
                raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Open the session before the first fixture is made."""
        if is_managed(item):
            item.stash[TEST] = test = self._open(item, settings_of(item))
            test.begin()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Judge the run when the test function has returned or raised."""
        test = item.stash.get(TEST, None)
        if test is None:
            return (yield)
        self.installation.require()
        test.before_call()
        try:
            result = yield
        except BaseException:
            test.after_failure()
            raise
        self.installation.require()
        test.after_success()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Close the session after the last fixture is gone."""
        test = item.stash.get(TEST, None)
        if test is None:
            return (yield)
        try:
            return (yield)
        finally:
            del item.stash[TEST]
            item.stash[reports.SUMMARY] = test.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show our own errors in our own words, and let the session know how the test went."""
        report = yield
        reports.explain(report, call, item)
        test = item.stash.get(TEST, None)
        if test is not None:
            test.reported(report)
        return report

    def handle(self, request: pytest.FixtureRequest) -> RunningSession:
        """Return what the `oao` fixture gives."""
        test: ManagedTest = request.node.stash[TEST]
        return test.running

    def _open(self, item: pytest.Item, settings: Settings) -> ManagedTest:
        live = self.mode is Mode.RECORD or (self.mode is Mode.RECORD_MISSING and not settings.cassette.exists())
        kind = RecordingTest if live else ReplayingTest
        return kind(self, item, settings)


def _flat(lists: Sequence[Sequence[Any]]) -> list[Any]:
    return [item for items in lists for item in items]


def _cache(config: pytest.Config) -> Path | None:
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("oao")) if cache is not None else None
