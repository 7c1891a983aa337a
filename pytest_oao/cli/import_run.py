"""One run of `oao import`: what it takes, where it puts that, and what it says of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cli.batches import Batches, told
from pytest_oao.cli.destinations import destination, imported_before, session_destination
from pytest_oao.cli.files import Found
from pytest_oao.cli.output import Count, count_of, say
from pytest_oao.cli.progress import Progress
from pytest_oao.cli.pulling import is_kept_elsewhere, pulled, shown
from pytest_oao.cli.stored_sessions import InStore, is_stored, journal_in, stored
from pytest_oao.errors import BadPath, IncompleteFile, NoCall, OaoError, PartOfAnother, StoreFailed, UnknownFormat
from pytest_oao.importers.contents import contents
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import importers
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump, Importer


@dataclass(slots=True)
class ImportRun:
    """What is to be done, and the counts so far."""

    output: Path
    redactor: Redactor
    chosen: Importer | None
    """The importer of all files; None where each file's content tells."""
    force: bool = False
    verbose: bool = False
    imported: int = 0
    refused: int = 0
    skipped: int = 0
    before: int = 0
    """Sessions that are there already."""
    count: Count = field(default_factory=Count)
    written: dict[str, str] = field(default_factory=dict)
    """What was imported where; names that differ by case only are one on some systems."""
    progress: Progress = field(default_factory=Progress)
    batches: Batches = field(init=False)
    """What is to be told of what is imported now."""
    beside: Dump | None = None
    """What each dump is read together with."""

    def __post_init__(self) -> None:
        self.batches = Batches(self.output, self.verbose)

    def end(self) -> None:
        """Say what all of it came to."""
        before = f", {self.before} imported before" if self.before else ""
        self._say(f"{self.imported} imported, {self.refused} refused, {self.skipped} skipped{before}: {self.count}")

    def import_address(self, name: str) -> None:
        """Import what a platform or a store of production keeps, and say what came of it; leave files alone."""
        try:
            if is_stored(name):
                self._import_store(name)
            elif is_kept_elsewhere(name):
                self._import_dump(pulled(name))
        except OaoError as error:
            self._refuse(error, shown(name))

    def import_files(self, files: Iterable[Found]) -> None:
        """Import files, and say what came of each that was named, and of all of a folder."""
        for folder, some in groupby(files, key=lambda found: found.below):
            with self._told("" if folder is None else str(folder)):
                for found in some:
                    self._import_file(found)

    @contextmanager
    def _told(self, whole: str) -> Iterator[None]:
        """Say together what comes of a folder or a store."""
        self.batches.whole = whole
        try:
            yield
        finally:
            self._tell()
            self.batches.whole = ""

    def _tell(self) -> None:
        for line in self.batches.end():
            self._say(line)

    def _import_file(self, found: Found) -> None:
        journal = journal_in(found)
        if journal:
            self._import_journal(journal)
        else:
            self._import_dump(found)

    def _import_store(self, name: str) -> None:
        with self._told(shown(name).said):
            for one in stored(name):
                self._import_journal(one)

    def _import_journal(self, one: InStore) -> None:
        """Import a session of a store, unless it was imported before: a store is imported again and again."""
        path = destination(self.output, one.found, 1, self.redactor)
        try:
            if not self.force and imported_before(path, one.session, self.redactor):
                self.before += 1
                return
            found = one.read()
        except IncompleteFile as error:
            self._pass_over(error, one.found)
        except OaoError as error:
            self._refuse(error, one.found)
        else:
            self._import_dump(found)

    def _import_dump(self, found: Found) -> None:
        try:
            dump = FileDump(found.said, found.path if found.content is None else found.content)
            dump.watch = self.progress.show
            importer = self._importer(dump, found)
            if importer is not None:
                self._import_sessions(importer, dump, found)
        except OaoError as error:
            self._refuse(error, found)

    def _import_sessions(self, importer: Importer, dump: FileDump, found: Found) -> None:
        """Write each session as it is read: a dump may be larger than memory."""
        number, passed = 0, list[OaoError]()
        try:
            for one in contents(dump, importer, self.beside):
                if isinstance(one, IncompleteFile) or (number and isinstance(one, NoCall)):
                    passed.append(one)
                elif isinstance(one, OaoError):
                    self._refuse(one, found)
                else:
                    number += 1
                    self._import_session(one, number, found, importer)
        finally:
            if not self.batches.whole:
                self._tell()
            for one in passed:
                self._pass_over(one, found)

    def _import_session(self, read: Session, number: int, found: Found, importer: Importer) -> None:
        try:
            session = redacted_session(read, self.redactor)
            path = self._destination(session, found, number)
            verb = self._put(session, path, found.said)
        except (BadPath, StoreFailed) as error:
            self._refuse(error, found)
            return
        if not verb:
            self.before += 1
            return
        self.imported += 1
        self.count += count_of(session)
        line = f"{verb}  {found.said} ({importer.name}) to {path}: {told(session)}"
        for one in self.batches.of(importer.name).add(line, session, path, found.said):
            self._say(one)

    def _destination(self, session: Session, found: Found, number: int) -> Path:
        """Return where a session goes: a run of many by its id, the recording of a test by its file's name."""
        if session.is_rebuilt:
            return session_destination(self.output, session.header.id)
        return destination(self.output, found, number, self.redactor)

    def _say(self, line: str) -> None:
        self.progress.clear()
        say(self.redactor.text(line))

    def _pass_over(self, error: OaoError, found: Found) -> None:
        self.skipped += 1
        for line in self.batches.skipped(_place(error, found), error.what.partition(";")[0]):
            self._say(line)

    def _refuse(self, error: OaoError, found: Found) -> None:
        if isinstance(error, PartOfAnother | NoCall) and found.below is not None:
            self._pass_over(error, found)
            return
        self.refused += 1
        self._say(f"refused   {_place(error, found)}: {error.what.rstrip('.')}. {error.remedy}")

    def _importer(self, dump: FileDump, found: Found) -> Importer | None:
        """Return the importer of a file; None for one that nobody asked for by name and no importer knows."""
        if self.chosen is not None:
            return self.chosen
        try:
            return detect(dump, importers())
        except UnknownFormat as error:
            if found.below is None:
                raise
            self._pass_over(error, found)
            return None

    def _put(self, session: Session, path: Path, source: str) -> str:
        """Put a session in its place, and return what was done: nothing where it is there. Raises StoreFailed."""
        other = self.written.get(str(path).casefold(), "")
        verb = ""
        # what is new can be imported again after a power cut; to wait for the disk takes longer than all the rest
        if not other and shelf.add(session, path):
            verb = "imported"
        elif not other and self.force:
            shelf.save(session, path)
            verb = "replaced"
        elif not imported_before(path, session.header.id, self.redactor, session):
            raise _occupied(path, other, alone=path == self.output)
        self.written[str(path).casefold()] = other or source
        return verb


def _occupied(path: Path, other: str, *, alone: bool) -> StoreFailed:
    """Return what is wrong where another session is in the place, in this run from the file `other`."""
    if other and alone:
        remedy = "Name a folder instead: -o DIR."
        return StoreFailed(f"-o names one cassette, and a session of {other} is in it", where=str(path), remedy=remedy)
    if other:
        remedy = "Import one of them into another folder: -o."
        return StoreFailed(f"{other} was imported there", where=str(path), remedy=remedy)
    remedy = "Replace it with --force, or import into another folder: -o."
    return StoreFailed("a cassette is there already, and holds something else", where=str(path), remedy=remedy)


def _place(error: OaoError, found: Found) -> str:
    """Return what an error is about: a file or session, and where in it."""
    return error.where if error.where.startswith(found.said) else f"{found.said}: {error.where}".rstrip(": ")
