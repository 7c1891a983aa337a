"""The plugin at work: one object per pytest run that opens a session for each managed test, and judges it."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.errors import BadOption, OaoError, OaoHalt
from pytest_oao.plugin import builtins, reports
from pytest_oao.plugin.coroutine_tests import halts_carried
from pytest_oao.plugin.managed_test import TEARDOWN, TEST, ManagedTest
from pytest_oao.plugin.opening import attempt_of
from pytest_oao.plugin.options import Mode, is_managed, is_moved, is_ours, is_vcr
from pytest_oao.plugin.pytest_run import PytestRun
from pytest_oao.plugin.repetitions import others_than, tells_only, unittest_failed
from pytest_oao.plugin.returning_copies import leaving
from pytest_oao.plugin.settings import settings_of
from pytest_oao.plugin.strictness import apply_strictness
from pytest_oao.plugin.teardowns import go_on, gone, halt_told
from pytest_oao.plugin.wide_fixtures import WideFixture
from pytest_oao.runtime.credentials import dummy_credentials
from pytest_oao.runtime.guards import ReplayGuard
from pytest_oao.runtime.halts import first_halt
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running_session import RunningSession

TOLD = 20
"""How many wrong settings are told at once."""
WRONG = pytest.StashKey[OaoError]()


class Engine:
    """Opens a session for each managed test, and has the hooks of pytest tell it how the test goes."""

    def __init__(self, config: pytest.Config) -> None:
        self.run = PytestRun(config)
        self._whole_run = ExitStack()
        self._test: ManagedTest | None = None
        self._installation: Installation | None = None
        self._wide_teardowns = ExitStack()
        if not config.pluginmanager.has_plugin("oao-builtins"):
            config.pluginmanager.register(builtins, "oao-builtins")
        apply_strictness(self.run)
        if self.run.mode is Mode.REPLAY_ONLY:
            self._whole_run.enter_context(guarded(ReplayGuard(self.run.open_hosts)))
            self._whole_run.enter_context(dummy_credentials())

    def pytest_unconfigure(self) -> None:
        """Take everything out again."""
        if self._test is not None:
            self._test.abandon()
        self._whole_run.close()

    def collected(self, items: Sequence[pytest.Item]) -> None:
        """Install the adapters; refuse settings and markers that do not fit, and cassettes that two tests record."""
        self._in_place()
        owners: dict[Path, str] = {}
        wrong = []
        for item in filter(is_managed, items):
            try:
                self._check(item, owners)
            except OaoError as error:
                item.stash[WRONG] = error
                wrong.append(str(error))
        is_worker = hasattr(self.run.config, "workerinput")  # it has no way to say what is wrong but by its tests
        wrong = list(dict.fromkeys(wrong))  # what is wrong with the ini file is wrong with each test
        if wrong and not is_worker:
            more = f"\nand {len(wrong) - TOLD} more" if len(wrong) > TOLD else ""
            raise pytest.UsageError(self.run.printed("\n".join(wrong[:TOLD]) + more))

    def adopt(self, item: pytest.Item, test: ManagedTest) -> None:
        """Look after a test whose session a fixture opens; it is marked too late to be seen at collection, maybe."""
        self._in_place()
        item.stash[TEST] = test

    def _in_place(self) -> Installation:
        """Return the adapters, put in place once."""
        if self._installation is None:
            self._installation = self.run.install_adapters()
            self._whole_run.callback(self._installation.uninstall)
        return self._installation

    def _check(self, item: pytest.Item, owners: dict[Path, str]) -> None:
        settings = settings_of(item, self.run.redactor, self.run.policing(item))
        owner = owners.setdefault(settings.cassette, item.nodeid)
        if owner != item.nodeid and self.run.records and not settings.pinned:
            raise BadOption(
                f"{owner} records into {settings.cassette.name} as well",
                where=item.nodeid,
                remedy="give each test its own cassette=",
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Open the session before the first fixture is made; no wrapper, since pytest's own must run if it raises."""
        if WRONG in item.stash:
            raise item.stash[WRONG]
        if is_managed(item) or is_moved(item):
            settings = settings_of(item, self.run.redactor, self.run.policing(item))
            test = attempt_of(self.run, item, settings)
            test.begin()
            self._test = item.stash[TEST] = test

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Judge the run when the test function has returned or raised."""
        test = item.stash.get(TEST, None)
        if test is None:
            return (yield)
        self._in_place().require()
        test.before_call()
        with leaving(test.gateway), first_halt(test.gateway, pytest.exit.Exception):
            result = yield
        self._in_place().require()
        if not unittest_failed(item, test.gateway.halted):
            test.after_success()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Have a halt pass those who run coroutines."""
        with halts_carried(pyfuncitem) if TEST in pyfuncitem.stash else nullcontext():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Close the session after the last fixture is gone."""
        test = item.stash.get(TEST, None)
        if test is None:
            return (yield)
        told = test.before_teardown()
        try:
            return (yield)
        except BaseException as error:
            if not told or not tells_only(error, test.gateway.halted):
                test.failed.append(TEARDOWN)
                raise
        finally:
            del item.stash[TEST]
            self._test = None
            item.stash[reports.SUMMARY] = test.summary
            test.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show our own errors in our own words, and let the session know how the test went."""
        with reports.unformatted(call) if is_ours(item) else nullcontext():
            report = yield
        test = item.stash.get(TEST, None)
        halted = test.gateway.halted if test is not None else None  # unittest keeps what a test raised first
        reports.attach_summary(report, item, self.run.printed)
        ours = halted or _ours(call, item)
        if ours is not None:
            if not is_vcr(item):  # there, what is missing may be expected to
                reports.unexpect(report)
            reports.explain(report, ours, item, self.run.printed, others_than(ours, call))
        elif test is not None:
            reports.tell_unmade(report, test.gateway, self.run.printed)
        if is_managed(item) and self.run.records:
            reports.redact(report, self.run.printed)
        if test is not None and not report.passed and not hasattr(report, "wasxfail"):
            test.failed.append(f"{report.when}: {report.outcome}")
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """Refuse the calls of fixtures that are wider than a test, also when they are taken down."""
        go_on(fixturedef)
        if self._test is None or fixturedef.scope == "function":
            return (yield)
        with WideFixture(self._test, fixturedef):
            result = yield
        fixturedef.addfinalizer(lambda: self._take_down(fixturedef))
        return result

    def _take_down(self, fixture: pytest.FixtureDef[Any]) -> None:
        if self._test is not None:
            self._wide_teardowns.enter_context(WideFixture(self._test, fixture))

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """End the time of a fixture's teardown."""
        gone(fixturedef)
        self._wide_teardowns.close()

    def handle(self, request: pytest.FixtureRequest) -> RunningSession:
        """Return what the `oao` fixture gives."""
        test: ManagedTest | None = request.node.stash.get(TEST, None)
        if test is None:
            what = "the oao fixture was asked for while the test was running: its session was never opened"
            remedy = "ask for it in the test's arguments, or mark the test with @pytest.mark.oao"
            error = BadOption(what, where=request.node.nodeid, remedy=remedy)
            pytest.fail(f"oao: {self.run.printed(str(error))}", pytrace=False)
        return test.running


def _ours(call: pytest.CallInfo[None], item: pytest.Item) -> OaoError | OaoHalt | None:
    """Return what a phase raised of our own; an OaoError of a test that is not ours is that test's affair."""
    raised = call.excinfo.value if call.excinfo is not None else None
    if isinstance(raised, OaoError) and is_ours(item):
        return raised
    return halt_told(raised)
