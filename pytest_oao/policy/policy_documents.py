"""A policy as it was written: plain data, and on which line of its file each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_oao.policy.faults import Place


@dataclass(frozen=True, slots=True)
class Document:
    """What one file, or one table of `pyproject.toml`, says of a policy."""

    name: str
    """What the policy is called where it does not say itself."""
    file: str
    """The file as errors show it."""
    source: str
    """The file, or the table of it: different for any two documents."""
    folder: Path
    """Where the files that it extends are looked for."""
    values: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)
    """Counted from 1."""

    def where(self, place: Place) -> str:
        """Return `file:line` of a value, or of the nearest one around it."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return f"{self.file}:{self.lines[place[:end]]}"
        return self.file
