"""`oao_vcr`: tests that are marked `vcr` are ours; the options, markers and hook of pytest-recording are then, too."""

import os
from importlib.util import find_spec

import pytest

from pytest_oao.plugin import vcr_hookspecs
from pytest_oao.plugin.options import VCR

RECORDING = "recording"
"""The name of pytest-recording among pytest's plugins."""
MODES = ("once", "new_episodes", "none", "all", "rewrite")
LIVE = ("all", "rewrite")
"""Modes in which every request is live."""
MARKERS = (
    "vcr: answer the test's HTTP requests from its cassette of vcrpy's (pytest-oao, `oao_vcr`)",
    "block_network: let the test connect to no host, but those of allowed_hosts",
    "default_cassette: another name for the test's cassette",
    "allowed_hosts: regular expressions of hosts that may be connected to",
)


def add(parser: pytest.Parser, plugins: pytest.PytestPluginManager) -> None:
    """Add the options of pytest-recording, and its hook; raises UsageError where it is there itself."""
    _require_alone(plugins)
    plugins.add_hookspecs(vcr_hookspecs)
    group = parser.getgroup("oao-vcr", "tests marked vcr (pytest-oao, in place of pytest-recording)")
    group.addoption(
        "--record-mode", choices=MODES, default=None, help="of pytest-recording; nothing is recorded: see the docs"
    )
    group.addoption("--block-network", action="store_true", help="let no test connect to a host")
    group.addoption("--allowed-hosts", default=None, help="regular expressions of hosts, with commas, to let through")
    group.addoption("--disable-recording", action="store_true", help="answer no test marked vcr: they are live")


def _require_alone(plugins: pytest.PytestPluginManager) -> None:
    if _recording_is_there(plugins):
        raise pytest.UsageError(
            "oao: oao_vcr is on and pytest-recording is active: both would answer the tests that are marked vcr. "
            "Turn one of them off: addopts = -p no:recording, or oao_vcr = false"
        )


def _recording_is_there(plugins: pytest.PytestPluginManager) -> bool:
    """Whether pytest-recording is loaded, or will be."""
    if plugins.has_plugin(RECORDING) or plugins.has_plugin("pytest_recording.plugin"):
        return True
    loads = not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    return loads and not plugins.is_blocked(RECORDING) and find_spec("pytest_recording") is not None


def check(config: pytest.Config) -> None:
    """Tell pytest the markers; raises UsageError for a mode in which all tests that are marked `vcr` are live."""
    _require_alone(config.pluginmanager)
    mode = config.getoption("--record-mode")
    if mode in LIVE:
        raise pytest.UsageError(
            f"oao: --record-mode={mode} makes every request live, and oao_vcr only replays. "
            f"Record with pytest-recording: pytest -p recording -o oao_vcr=false --record-mode={mode}"
        )
    if config.getoption("oao_record_vcr") and config.getoption("--disable-recording"):
        raise pytest.UsageError(
            f"oao: {VCR} and --disable-recording exclude each other: vcrpy's cassettes are to answer"
        )
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
