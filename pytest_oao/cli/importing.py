"""`oao import`: recordings of other tools become cassettes."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.user_patterns import user_pattern
from pytest_oao.cli.batches import Batch, model_calls, told
from pytest_oao.cli.converting import convert
from pytest_oao.cli.destinations import destination, holds, session_destination
from pytest_oao.cli.files import Found, files_of
from pytest_oao.cli.garbage import rare_collections
from pytest_oao.cli.import_help import services_help
from pytest_oao.cli.misnamed import SERVICES
from pytest_oao.cli.output import plural, say
from pytest_oao.cli.progress import Progress
from pytest_oao.cli.project_settings import kept_headers, redact_patterns
from pytest_oao.cli.pulling import is_kept_elsewhere, pulled, shown
from pytest_oao.cli.stored_sessions import InStore, is_stored, stored
from pytest_oao.errors import BadOption, IncompleteFile, OaoError, PartOfAnother, StoreFailed, UnknownFormat
from pytest_oao.importers.detection import detect, named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.field_maps import field_map
from pytest_oao.importers.joined_dumps import Joined
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.importers.table import importers
from pytest_oao.model.sessions import Session
from pytest_oao.ports import Dump, Importer


def add_to(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command to the parser."""
    names = ", ".join(importer.name for importer in importers())
    parser = commands.add_parser(
        "import",
        help="make cassettes of other tools' recordings",
        description=__doc__,
        epilog=services_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="FILE|DIR|URL|SERVICE:ID",
        help=f"files and folders; the URL of a store of `record`, with #ID of one session in it; "
        f"a trace by its ID, as the pages of a service show it: {SERVICES}",
    )
    where = parser.add_mutually_exclusive_group()
    folder, told = Path("cassettes"), "a folder, or the cassette of the one session; default: cassettes"
    where.add_argument("-o", "--output", type=Path, default=folder, metavar="DIR|FILE.yaml", help=told)
    where.add_argument(
        "--in-place",
        action="store_true",
        help="convert vcrpy's cassettes where they are: each new file replaces the old",
    )
    parser.add_argument("--format", default="", metavar="NAME", help=f"{names}; default: told by the content")
    parser.add_argument(
        "--map",
        default="",
        metavar="FIELD=PATH,...",
        help="where a log keeps requests and answers: request=meta.req,response=meta.res,session=sid",
    )
    parser.add_argument("--force", action="store_true", help="replace cassettes that are there already")
    parser.add_argument(
        "--redact",
        action="append",
        default=[],
        metavar="REGEX",
        help="a secret of your own to take out, beside oao_redact of the project; repeatable",
    )
    parser.add_argument("--beside", type=Path, metavar="FILE", help="what the dumps only name: stored answers by ids")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each session, of large dumps too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import file by file; 1 where one was refused, or none was imported."""
    with rare_collections():
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    chosen = _chosen(arguments.format, arguments.map)
    _require_patterns(arguments.redact)
    patterns, headers = [*redact_patterns(Path.cwd()), *arguments.redact], kept_headers(Path.cwd())
    redactor = Redactor.of(patterns, headers=headers)
    if arguments.in_place:
        _require_converting(arguments)
        return convert(arguments.paths, redactor, verbose=arguments.verbose)
    bulk = _Bulk(arguments.output, redactor, chosen, force=arguments.force, verbose=arguments.verbose)
    if arguments.beside:
        bulk.beside = FileDump(str(arguments.beside), arguments.beside)
    for name in arguments.paths:
        bulk.fetch(name)
    files = [name for name in arguments.paths if not (is_stored(name) or is_kept_elsewhere(name))]
    for found in files_of(files) if files else ():
        bulk.take(found)
    bulk.progress.clear()
    before = f", {bulk.before} imported before" if bulk.before else ""
    say(
        f"{bulk.imported} imported, {bulk.refused} refused, {bulk.skipped} skipped{before}: "
        f"{plural(bulk.exchanges, 'exchange')}, {plural(bulk.model_calls, 'model call')}"
    )
    return 0 if (bulk.imported or bulk.before) and not bulk.refused else 1


def _chosen(format_name: str, fields: str) -> Importer | None:
    """Return the importer that the options name, None where the content is to tell; raises BadOption."""
    if not fields:
        return named(format_name, importers()) if format_name else None
    if format_name not in ("", RawPairs.name):
        what = f"a map of fields says where a log of format {RawPairs.name} keeps them, not one of {format_name}"
        raise BadOption(what, where="--map", remedy="Leave out --format, or --map.")
    return RawPairs(field_map(fields))


def _require_converting(arguments: argparse.Namespace) -> None:
    """Raise BadOption for an option that means nothing where cassettes of vcrpy's are converted in place."""
    given = [name for name in ("format", "map", "force", "beside") if getattr(arguments, name)]
    if given:
        what = f"--{given[0]} says nothing of cassettes of vcrpy's that are converted in place"
        raise BadOption(what, where="--in-place", remedy=f"Leave out --{given[0]}, or --in-place.")


def _require_patterns(texts: list[str]) -> None:
    """Raise BadOption for a bad pattern of the command line: those of the project have the blame to themselves."""
    for text in texts:
        try:
            user_pattern(text)
        except BadOption as error:
            raise BadOption(error.what, where="--redact", remedy=error.remedy) from error


@dataclass(slots=True)
class _Bulk:
    """One run of the command: what it is to do, and its counts so far."""

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
    """Sessions of a store that are there already."""
    exchanges: int = 0
    model_calls: int = 0
    written: dict[str, str] = field(default_factory=dict)
    """What was imported where; names that differ by case only are one on some systems."""
    progress: Progress = field(default_factory=Progress)
    store: Batch | None = None
    """What came of the store that is imported now."""
    beside: Dump | None = None
    """What each dump is read together with."""

    def fetch(self, name: str) -> None:
        """Import what a platform or a store of production keeps, and say what came of it; leave files alone."""
        try:
            if is_stored(name):
                self._take_store(name)
            elif is_kept_elsewhere(name):
                self.take(pulled(name))
        except OaoError as error:
            self._refuse(error, shown(name))

    def _take_store(self, name: str) -> None:
        self.store = Batch(self.verbose)
        try:
            for one in stored(name):
                self._take_stored(one)
        finally:
            self._end(self.store, f"imported  {shown(name).said} to {self.store.folder(self.output)}")
            self.store = None

    def _take_stored(self, one: InStore) -> None:
        """Import a session of a store, unless it was imported before: a store is imported again and again."""
        if not self.force and holds(destination(self.output, one.found, 1, self.redactor), one.session):
            self.before += 1
            return
        try:
            found = one.read()
        except IncompleteFile as error:
            self._pass_over(error, one.found)
        except OaoError as error:
            self._refuse(error, one.found)
        else:
            self.take(found)

    def take(self, found: Found) -> None:
        """Import one file, and say what came of it."""
        try:
            dump = FileDump(found.said, found.path if found.content is None else found.content)
            dump.watch = self.progress.show
            importer = self._importer(dump, found)
            if importer is not None:
                self._take_sessions(importer, dump, found)
        except OaoError as error:
            self._refuse(error, found)

    def _take_sessions(self, importer: Importer, dump: FileDump, found: Found) -> None:
        """Write each session as it is read: a dump may be larger than memory."""
        number, read, batch = 0, False, self.store or Batch(self.verbose)
        try:
            for session in importer.read(Joined(dump, self.beside) if self.beside else dump):
                read = True
                if isinstance(session, OaoError):
                    self._refuse(session, found)
                    continue
                number += 1
                self._take_session(session, self._destination(session, found, number), found, importer, batch)
        finally:
            if batch is not self.store:
                self._end(batch, f"imported  {found.said} ({importer.name}) to {batch.folder(self.output)}")
        if dump.cut_off:
            self.skipped += 1
            self._say(f"skipped   {dump.source}: line {dump.cut_off}: it is cut off, as in a log that is still written")
        if not read:
            remedy = "Export it again: it has none of what such a file holds."
            raise UnknownFormat("the file holds no session", where=dump.source, remedy=remedy)

    def _take_session(self, session: Session, path: Path, found: Found, importer: Importer, batch: Batch) -> None:
        try:
            self._require_free(path)
            verb = self._write(session, path, found.said)
        except StoreFailed as error:
            self._refuse(error, found)
            return
        line = f"{verb}  {found.said} ({importer.name}) to {path}: {told(session)}"
        for one in batch.add(line, session, path):
            self._say(one)

    def _end(self, batch: Batch, summary: str) -> None:
        for line in batch.end(f"{summary}: {plural(batch.sessions, 'session')}"):
            self._say(line)

    def _destination(self, session: Session, found: Found, number: int) -> Path:
        """Return where a session goes: a run of many by its id, the recording of a test by its file's name."""
        if session.is_rebuilt:
            return session_destination(self.output, self.redactor.text(session.header.id))
        return destination(self.output, found, number, self.redactor)

    def _say(self, line: str) -> None:
        self.progress.clear()
        say(line)

    def _pass_over(self, error: OaoError, found: Found) -> None:
        self.skipped += 1
        self._say(f"skipped   {found.said}: {error.what.partition(';')[0]}")

    def _refuse(self, error: OaoError, found: Found) -> None:
        if isinstance(error, PartOfAnother) and found.below is not None:
            self._pass_over(error, found)
            return
        self.refused += 1
        named_already = error.where.startswith(found.said)
        place = error.where if named_already else f"{found.said}: {error.where}".rstrip(": ")
        self._say(f"refused   {place}: {error.what.rstrip('.')}. {error.remedy}")

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

    def _require_free(self, path: Path) -> None:
        if str(path).casefold() in self.written:
            what, remedy = (
                f"{self.written[str(path).casefold()]} was imported there just now",
                "Import one of them into another folder: -o.",
            )
        elif path.exists() and not self.force:
            what, remedy = "a cassette is there already", "Replace it with --force, or import into another folder: -o."
        else:
            return
        raise StoreFailed(what, where=str(path), remedy=remedy)

    def _write(self, session: Session, path: Path, source: str) -> str:
        """Write a cassette, and return what was done."""
        replaced = path.exists()
        # what is new can be imported again after a power cut; to wait for the disk takes longer than all the rest
        shelf.save(redacted_session(session, self.redactor), path, lasting=replaced)
        self.written[str(path).casefold()] = source
        self.imported += 1
        self.exchanges += len(session.exchanges)
        self.model_calls += model_calls(session)
        return "replaced" if replaced else "imported"
