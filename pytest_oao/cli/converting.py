"""`oao import --in-place`: each cassette of vcrpy becomes one of ours where its test looks for it.

The old file goes only once the new one is written, and holds what was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pytest_oao.cassette import disk, shelf
from pytest_oao.cassette.conversions import begins_as_ours, converted_name
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cli.batches import Batch, told
from pytest_oao.cli.files import Found, files_of
from pytest_oao.cli.output import plural, say
from pytest_oao.errors import DamagedFile, OaoError, StoreFailed
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.vcr_cassettes import VcrCassettes
from pytest_oao.model.sessions import Session

_FOUND = (
    "Tests marked vcr find them as before, with `oao_vcr = true`: neither marks nor fixtures need to change. "
    "vcrpy cannot read them."
)
_MOVED = "Where their tests look once they are marked oao, `pytest --oao-record=vcr` puts them."
_LEFT = "What was refused is left as it was, and answers its test as before."


def convert(paths: Sequence[str], redactor: Redactor, *, verbose: bool = False) -> int:
    """Convert file by file, and say what was done; 1 where one was refused, or there was none."""
    conversion = _Conversion(redactor, verbose)
    for folder, files in groupby(files_of(paths), key=lambda found: found.path.parent):
        conversion.take_folder(folder, files)
    done, refused, ours = conversion.converted, conversion.refused, conversion.ours
    say(f"{done} converted, {refused} refused, {ours} converted before, {conversion.others} skipped")
    if done:
        say(_FOUND)
        say(_MOVED)
    if refused:
        say(_LEFT)
    return 0 if (done or ours) and not refused else 1


@dataclass(slots=True)
class _Conversion:
    """One run of the command, and its counts so far."""

    redactor: Redactor
    verbose: bool = False
    batch: Batch = field(default_factory=Batch)
    """Of the folder that is converted now."""
    converted: int = 0
    refused: int = 0
    ours: int = 0
    others: int = 0

    def take_folder(self, folder: Path, files: Iterable[Found]) -> None:
        """Convert the files of one folder, and say what came of it."""
        self.batch = Batch(self.verbose)
        try:
            for found in files:
                self.take(found)
            disk.clear_away(folder)
        finally:
            for line in self.batch.end(f"converted {plural(self.batch.sessions, 'cassette')} in {folder}"):
                say(line)

    def take(self, found: Found) -> None:
        """Convert one file, and say what came of it."""
        path = found.path
        try:
            if begins_as_ours(path):
                self.ours += 1
                return
            dump = FileDump(str(path), path)
            importer = VcrCassettes(of_tests=True)
            if importer.sniff(dump.head):
                (session,) = importer.read(dump)
                self._replace(path, redacted_session(session, self.redactor))
            elif found.below is None:
                raise StoreFailed(
                    "this is no cassette of vcrpy's", where=str(path), remedy="Import it without --in-place."
                )
            else:
                self.others += 1
        except OaoError as error:
            self.refused += 1
            place = error.where if error.where.startswith(str(path)) else f"{path}: {error.where}".rstrip(": ")
            say(f"refused   {place}: {error.what}. {error.remedy}")

    def _replace(self, path: Path, session: Session) -> None:
        target = converted_name(path)
        if path.is_symlink():
            if target != path:
                what, remedy = "this is a link to a file that gets another name", "Convert that file, and link anew."
                raise StoreFailed(what, where=str(path), remedy=remedy)
            path = target = path.resolve()
        if target != path and target.exists() and not _holds(target, session):
            what, remedy = "another cassette has that name already", "Move one of them, or take it away."
            raise StoreFailed(what, where=str(target), remedy=remedy)
        old = path.read_bytes()
        shelf.save(session, target)
        if not _holds(target, session):
            _put_back(path, target, old)
            remedy = "Report it with the file; the old one is as it was."
            raise DamagedFile("what was written does not hold what was read", where=str(target), remedy=remedy)
        if target != path:
            path.unlink()
            disk.sync_folder(path.parent)
        self.converted += 1
        where = f"{path} to {target}" if target != path else str(path)
        for line in self.batch.add(f"converted {where}: {told(session)}", session, target):
            say(line)


def _put_back(path: Path, target: Path, old: bytes) -> None:
    if target == path:
        disk.write_atomically(path, old)
    else:
        target.unlink()


def _holds(path: Path, session: Session) -> bool:
    """Whether a cassette of ours holds what a session does, as a test is answered."""
    try:
        return _told(shelf.load(path)) == _told(session)
    except OaoError:
        return False


def _told(session: Session) -> list[tuple[object, ...]]:
    calls = [(one.call, one.outcome) for one in session.exchanges]
    return [(call.target, call.url, call.headers, call.body, outcome) for call, outcome in calls]
