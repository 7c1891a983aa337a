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
    files: set[str] = field(default_factory=set)
    """Where they come from."""

    def add(self, line: str, session: Session, path: Path, file: str = "") -> list[str]:
        """Take a cassette in, and return the lines to be told now."""
        self.sessions += 1
        self.count += count_of(session)
        self.lacked.update(session.header.origin.lacked)
        self.endless += bool(session.in_doubt)
        self.folders.add(path.parent)
        self.files.add(file)
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


@dataclass(slots=True)
class Batches:
    """What came of what is imported now, by formats: of one file, or of all the files of a folder or a store."""

    output: Path
    verbose: bool = False
    whole: str = ""
    """The folder or the store; empty where a file was named."""
    batches: dict[str, Batch] = field(default_factory=dict)
    passed: dict[str, list[str]] = field(default_factory=dict)
    """What was skipped, by the reason why."""

    def of(self, name: str) -> Batch:
        """Return what came of the files of a format."""
        return self.batches.setdefault(name, Batch(self.verbose))

    def skipped(self, place: str, why: str) -> list[str]:
        """Take note of what is skipped, and return the lines to be told now."""
        if self.whole and not self.verbose:
            self.passed.setdefault(why, []).append(place)
            return []
        return [_skipped(place, why)]

    def end(self) -> list[str]:
        """Return the lines that are left to be told, and begin anew."""
        passed = [line for why, places in self.passed.items() for line in self._skipped(why, places)]
        lines = [line for name, batch in self.batches.items() for line in batch.end(self._summary(name, batch))]
        self.passed, self.batches = {}, {}
        return passed + lines

    def _skipped(self, why: str, places: list[str]) -> list[str]:
        if len(places) > FEW:
            return [_skipped(self.whole, f"{why} ({len(places)} times)")]
        return [_skipped(place, why) for place in places]

    def _summary(self, name: str, batch: Batch) -> str:
        files = len(batch.files)
        source = next(iter(batch.files)) if files == 1 else self.whole
        count = f"{plural(batch.sessions, 'session')}" + (f" of {files} files" if 1 < files < batch.sessions else "")
        return f"imported  {source} ({name}) to {batch.folder(self.output)}: {count}"


def _skipped(place: str, why: str) -> str:
    return f"skipped   {place}: {why}"


def told(session: Session) -> str:
    """Return what is said of one session."""
    lacked, doubted = session.header.origin.lacked, len(session.in_doubt)
    without = f"; without {', '.join(lacked)}" if lacked else ""
    endless = f"; {plural(doubted, 'call')} never ended, so it cannot be replayed" if doubted else ""
    return f"{count_of(session)}{without}{endless}"
