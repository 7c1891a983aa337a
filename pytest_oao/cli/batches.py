"""What `oao import` says of the cassettes it makes: a line for each of a few, one for all of many."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pytest_oao.cli.output import Count, count_of, plural
from pytest_oao.model.sessions import Session

FEW = 5
"""As many are told one by one."""


@dataclass(slots=True)
class Batch:
    """What came of one file, or of one folder: its first lines, and its sum; a dump may hold any number of sessions."""

    verbose: bool = False
    """Whether all are told one by one."""
    lines: list[str] = field(default_factory=list)
    """Of the first ones, and not told yet."""
    sessions: int = 0
    count: Count = field(default_factory=Count)
    lacked: Counter[str] = field(default_factory=Counter)
    endless: int = 0
    """How many have calls that never ended."""
    folders: set[Path] = field(default_factory=set)

    def add(self, line: str, session: Session, path: Path) -> list[str]:
        """Take a cassette in, and return the lines to be told now."""
        self.sessions += 1
        self.count += count_of(session)
        self.lacked.update(session.header.origin.lacked)
        self.endless += bool(session.in_doubt)
        self.folders.add(path.parent)
        if self.verbose:
            return [line]
        if self.sessions <= FEW:
            self.lines.append(line)
        return []

    def end(self, summary: str) -> list[str]:
        """Return the lines that are left to be told: `summary`, and what the batch comes to, in place of many."""
        return [f"{summary}: {self._sum()}"] if self.sessions > FEW and not self.verbose else self.lines

    def folder(self, otherwise: Path) -> Path:
        """Return where all of it is; `otherwise` where that is more than one folder."""
        return next(iter(self.folders)) if len(self.folders) == 1 else otherwise

    def _sum(self) -> str:
        lacked = [name if count == self.sessions else f"{name} (in {count})" for name, count in self.lacked.items()]
        parts = [str(self.count)]
        parts += [f"without {', '.join(lacked)}"] if lacked else []
        parts += [f"{self.endless} with calls that never ended, which cannot be replayed"] if self.endless else []
        return "; ".join(parts)


def told(session: Session) -> str:
    """Return what is said of one session."""
    lacked, doubted = session.header.origin.lacked, len(session.in_doubt)
    without = f"; without {', '.join(lacked)}" if lacked else ""
    endless = f"; {plural(doubted, 'call')} never ended, so it cannot be replayed" if doubted else ""
    return f"{count_of(session)}{without}{endless}"
