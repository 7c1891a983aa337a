"""Options, ini values and markers: what users write, checked."""

import os
from enum import Enum

import pytest

HASH = ("report", "strict")
STRICT = "--oao-strict-network"
VCR = "--oao-record=vcr"
VCR_ON = "-p no:recording -o oao_vcr=true"
MARKER = (
    "oao(cassette=None, ignore=(), order='lane', match='request', kinds={}, policy=None): replay the test's host "
    "calls. cassette: path below oao_cassette_dir; ignore: JSON paths left out of comparison; order: 'lane' (strict "
    "in each) or 'any'; match: the loosest level at which calls of imported sessions are answered; kinds: by kind and "
    "name, what answers: {'execute_tool:search': 'replay' | 'live' | 'verify'}; "
    "policy: what the test may do, a pytest_oao.Policy or the name of one."
)
SESSIONS = "oao_sessions"
SESSIONS_MARKER = (
    f"{SESSIONS}(*paths, where=None, sample=None, seed=0, distinct=False): one test for each recorded or imported "
    "session. paths: cassettes, journals or dumps of other tools, with '*'; where: {'tag': 'prod', 'model': 'gpt-5*', "
    "'tool': ..., 'status': ..., 'cost': '> 0.10', 'date': '>= 2026-11-01', 'metadata.score': '> 0.5'} or a function; "
    "sample: how many, or which part, by `seed`; distinct: one of those that made the same calls."
)


class Mode(Enum):
    """What happens to the managed tests of a run."""

    REPLAY = "replay"
    """No option: managed tests replay, the others are left alone."""
    REPLAY_ONLY = "replay only"
    """`--oao-replay`: and nothing goes out, for the whole run."""
    RECORD = "record"
    RECORD_MISSING = "record missing"


def add(parser: pytest.Parser) -> None:
    """Add the options and the ini values."""
    group = parser.getgroup("oao", "recorded-traffic regression testing of agents (pytest-oao)")
    group.addoption(
        "--oao-record",
        action="store_const",
        const=Mode.RECORD.value,
        help="run managed tests live and write their cassettes",
    )
    # An option of its own, found by its whole text: one whose value may be left out would take the path that follows.
    group.addoption(
        "--oao-record=missing",
        dest="oao_record",
        action="store_const",
        const=Mode.RECORD_MISSING.value,
        help="run live only the managed tests that have no cassette, and replay the others",
    )
    group.addoption(
        VCR,
        dest="oao_record_vcr",
        action="store_true",
        help="with oao_vcr: write a cassette of ours for each test marked vcr, of what vcrpy's answers it",
    )
    group.addoption(
        "--oao-replay",
        action="store_true",
        help="answer every managed test from its cassette, and stop any connection of the whole run",
    )
    group.addoption(
        "--oao-strict-network",
        action="store_true",
        help="with --oao-replay, on Linux: leave this process and its children no network socket at all (seccomp)",
    )
    group.addoption(
        "--oao-record-in-ci", action="store_true", help="allow --oao-record although the environment variable CI is set"
    )
    group.addoption(
        "--oao-kind",
        action="append",
        default=[],
        metavar="KIND[:NAME]=ANSWER",
        help="answer calls of a kind in a replay from the cassette ('replay'), 'live', or live and compared ('verify')",
    )
    parser.addini("oao_kinds", "how calls of a kind are answered in a replay: KIND[:NAME] = ANSWER", type="linelist")
    parser.addini("oao_cassette_dir", "folder of the cassettes, below the root folder", default="cassettes")
    parser.addini("oao_auto", "manage every test that makes a host call", type="bool", default=False)
    parser.addini("oao_import_match", "the loosest level at which calls of imported sessions are answered", default="")
    parser.addini("oao_ignore", "JSON paths left out of comparison, for every test", type="linelist", default=[])
    parser.addini("oao_hash", "'report' or 'strict': fail when the agent's code changed", default="report")
    parser.addini("oao_redact", "regular expressions of secrets of your own", type="linelist", default=[])
    parser.addini("oao_keep_headers", "headers to keep beside the usual ones", type="args", default=[])
    parser.addini("oao_env", "environment variables to keep while recording and to set in replay", "args", default=[])
    parser.addini("oao_passthrough_hosts", "hosts that are neither recorded nor blocked", type="args", default=[])
    parser.addini("oao_subprocesses", "programs whose processes are recorded, with '*'", type="args", default=[])
    parser.addini("oao_policy", "what managed tests may do: a policy in pyproject.toml, or a YAML file", default="")
    parser.addini("oao_budget", "'no-worse', or 'no-worse 5%': a live run spends no more than its cassette", default="")
    parser.addini("oao_prices", "what tokens cost: a YAML or JSON file, or 'genai-prices'", default="")
    parser.addini("oao_vcr", "answer tests marked `vcr` from vcrpy's cassettes", type="bool", default=False)
    parser.addini("oao_allow_hosts", "hosts that are never blocked; HTTP to them is recorded", type="args", default=[])


def register_markers(config: pytest.Config) -> None:
    """Tell pytest the markers."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", SESSIONS_MARKER)


def asks_for_us(config: pytest.Config) -> bool:
    """Whether an option needs the engine even without managed tests; raises UsageError for contradictions."""
    if (strictness := config.getini("oao_hash")) not in HASH:
        raise pytest.UsageError(f"oao: oao_hash = {strictness}: give one of {', '.join(HASH)}")
    if config.getoption("oao_record_vcr") and not config.getini("oao_vcr"):
        raise pytest.UsageError(f"oao: {VCR} goes with oao_vcr = true, in place of pytest-recording: add {VCR_ON}")
    return mode_of(config) is not Mode.REPLAY


def mode_of(config: pytest.Config) -> Mode:
    """Return what the options ask for; raises UsageError where they contradict each other or are refused."""
    record, replay = config.getoption("--oao-record"), config.getoption("--oao-replay")
    if config.getoption(STRICT) and not (replay and record is None):
        raise pytest.UsageError(
            f"oao: {STRICT} goes with --oao-replay alone: it takes the network away from the whole run, and for good"
        )
    if record is None:
        return Mode.REPLAY_ONLY if replay else Mode.REPLAY
    if replay:
        raise pytest.UsageError("oao: --oao-record and --oao-replay exclude each other")
    if _in_ci() and not config.getoption("--oao-record-in-ci"):
        raise pytest.UsageError(
            "oao: --oao-record is refused because the environment variable CI is set: a build must not go live. "
            "Record on your machine, or add --oao-record-in-ci"
        )
    return Mode(record)


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def is_managed(item: pytest.Item) -> bool:
    """Whether a test is managed: by marker, by asking for the `oao` fixture, or by `oao_auto`.

    One that is answered from a cassette of vcrpy's is not: its fixture `vcr` opens its session.
    """
    return (is_asked_for(item) or bool(item.config.getini("oao_auto"))) and not is_vcr(item)


def is_vcr(item: pytest.Item) -> bool:
    """Whether a test is answered from a cassette of vcrpy's: it is marked `vcr`, and not `oao`."""
    return (
        bool(item.config.getini("oao_vcr"))
        and item.get_closest_marker("vcr") is not None
        and item.get_closest_marker("oao") is None
    )


def is_moved(item: pytest.Item) -> bool:
    """Whether a test that is answered from a cassette of vcrpy's gets one of ours in this run."""
    return is_vcr(item) and bool(item.config.getoption("oao_record_vcr"))


def is_ours(item: pytest.Item) -> bool:
    """Whether a test has a session of ours, of either sort."""
    return is_vcr(item) or is_managed(item)


def is_asked_for(item: pytest.Item) -> bool:
    """Whether a test itself says that it is managed: then making no host call is a failure."""
    marked = any(item.get_closest_marker(name) is not None for name in ("oao", SESSIONS))
    return marked or "oao" in getattr(item, "fixturenames", ())
