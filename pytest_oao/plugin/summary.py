"""What the end of a pytest run tells of its sessions."""

from collections.abc import Sequence
from typing import Any

import pytest


def write(terminal: pytest.TerminalReporter, told: Sequence[dict[str, Any]], config: pytest.Config) -> None:
    """Write the section: calls replayed, cassettes written, journals kept of tests that failed live."""
    del config
    recorded = [entry for entry in told if "recorded" in entry]
    kept = [entry for entry in told if "journal" in entry]
    replayed = [entry["replayed"] for entry in told if "replayed" in entry]
    terminal.write_sep("-", "oao")
    if replayed:
        terminal.write_line(f"{_count(sum(replayed), 'call')} replayed in {_count(len(replayed), 'test')}, none live")
    for entry in recorded:
        terminal.write_line(f"recorded {entry['recorded']} ({_count(entry['calls'], 'call')})")
    for entry in kept:
        terminal.write_line(f"not recorded ({entry['why']}): the journal is kept at {entry['journal']}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
