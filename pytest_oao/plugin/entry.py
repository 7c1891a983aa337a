"""What pytest loads: a table of contents; the rest is loaded when a managed test or an option needs it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from pytest_oao.plugin import hookspecs, options

ENGINE = "pytest_oao.plugin.engine"
SUMMARY = "pytest_oao.plugin.summary"
ASSERTIONS = "pytest_oao.plugin.ledger_assertions"
PINNING = "pytest_oao.plugin.pinning"
VCR_OPTIONS = "pytest_oao.plugin.vcr_options"
VCR_FIXTURES = "pytest_oao.plugin.vcr_fixtures"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options and the ini values."""
    options.add(parser)
    config = pluginmanager.get_plugin("pytestconfig")
    if config is not None and config.getini("oao_vcr"):
        import_module(VCR_OPTIONS).add(parser, pluginmanager)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the hooks that users may implement."""
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, refuse options that contradict each other, start what an option asks for."""
    options.register_markers(config)
    if options.asks_for_us(config):
        engine(config)
    if config.getini("oao_vcr"):
        import_module(VCR_OPTIONS).check(config)
        config.pluginmanager.register(import_module(VCR_FIXTURES), VCR_FIXTURES)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test for each session that a test is pinned to."""
    marker = metafunc.definition.get_closest_marker(options.SESSIONS)
    if marker is not None:
        run = engine(metafunc.config).run
        pinning = import_module(PINNING)
        pinning.parametrize(metafunc, marker, pinning.library_of(run))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start the engine when there is a test of ours."""
    if any(map(options.is_ours, items)):
        engine(config).collected(items)


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter") -> None:
    """Tell what was recorded and replayed, also by the workers of xdist."""
    told = [report.oao for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "oao")]
    if told:
        import_module(SUMMARY).write(terminalreporter, told)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Show what was spent where, when a number of `oao.ledger` is not as asserted."""
    is_ours = hasattr(type(left), "ledger") or hasattr(type(right), "ledger")
    return import_module(ASSERTIONS).explanation(config, op, left, right) if is_ours else None


@pytest.fixture
def oao(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - the type is loaded with the engine
    """The running session: `.session`, `.calls`, `.cassette`, `.usage`."""
    return engine(request.config).handle(request)


def engine(config: pytest.Config) -> Any:  # noqa: ANN401
    """Return the engine of this pytest run, loaded at the first use."""
    found = config.pluginmanager.get_plugin(ENGINE)
    if found is None:
        with _assertions_as_they_are(config):
            module = import_module(ENGINE)
        found = module.Engine(config)
        config.pluginmanager.register(found, ENGINE)
    return found


@contextmanager
def _assertions_as_they_are(config: pytest.Config) -> Iterator[None]:
    """Take pytest's import hook out meanwhile: it rewrites the assertions of whole plugins, and ours are for us.

    A module that says PYTEST_DONT_REWRITE is compiled and kept by the hook all the same. For 170 modules that is 0.4 s
    in each fresh environment, as that of a CI job, and 28 ms in every later run.
    """
    hook: Any = config.pluginmanager.rewrite_hook
    if hook not in sys.meta_path:  # --assert=plain
        yield
        return
    place = sys.meta_path.index(hook)
    sys.meta_path.remove(hook)
    try:
        yield
    finally:
        sys.meta_path.insert(place, hook)
