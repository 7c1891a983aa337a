"""What the end of a pytest run tells of its sessions."""

from collections.abc import Iterator, Sequence
from shutil import get_terminal_size
from typing import Any

import pytest

from pytest_oao.plugin.import_levels import level_lines
from pytest_oao.plugin.suite_spending import spending_lines
from pytest_oao.plugin.vcr_lines import vcr_lines


def write(terminal: "pytest.TerminalReporter", told: Sequence[dict[str, Any]]) -> None:
    """Write the section: calls replayed, cassettes written, journals kept of tests that failed live, money spent.

    A test that was run more than once tells only its last attempt.
    """
    recorded = [entry for entry in told if "recorded" in entry]
    done = {entry["test"] for entry in recorded}
    kept = {entry["test"]: entry for entry in told if "journal" in entry and entry["test"] not in done}.values()
    terminal.write_sep("-", "oao")
    for line in (*_replayed(told), *level_lines(told), *vcr_lines(told, terminal.config.get_verbosity())):
        terminal.write_line(line)
    met = {pattern for entry in told for pattern in entry.get("patterns met", ())}
    for pattern in dict.fromkeys(one for entry in told for one in entry.get("patterns unmet", ()) if one not in met):
        terminal.write_line(f"{pattern}: no call is one of these, and nothing was performed for it")
    for entry in recorded:
        unanswered = f", {entry['raised']} of them not answered" if entry["raised"] else ""
        terminal.write_line(f"recorded {entry['recorded']} ({_count(entry['calls'], 'call')}{unanswered})")
    for entry in kept:
        terminal.write_line(f"not recorded ({entry['why']}): the journal is kept at {entry['journal']}")
    spent = [(entry["test"], entry["shown"], entry["spent"]) for entry in told if "spent" in entry]
    for line in spending_lines(spent, terminal.config.get_verbosity(), get_terminal_size().columns):
        terminal.write_line(line)


def _replayed(told: Sequence[dict[str, Any]]) -> Iterator[str]:
    replays = {entry["test"]: entry for entry in told if "replayed" in entry}.values()
    if replays:
        calls, live = (sum(entry[key] for entry in replays) for key in ("replayed", "performed"))
        tests = _count(len(replays), "test")
        yield f"{_count(calls, 'call')} replayed in {tests}, {live or 'none'} live"
    renamed = sum(entry.get("renamed", 0) for entry in told)
    if renamed:
        yield f"{_count(renamed, 'id')} in requests differ from the recorded ones, each one always alike"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
