"""`oao import`: recordings of other tools become cassettes."""

import argparse
from pathlib import Path
from typing import Any

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.cassette.user_patterns import user_pattern
from pytest_oao.cli.converting import convert
from pytest_oao.cli.files import files_of
from pytest_oao.cli.garbage import rare_collections
from pytest_oao.cli.import_help import services_help
from pytest_oao.cli.import_run import ImportRun
from pytest_oao.cli.misnamed import SERVICES
from pytest_oao.cli.project_settings import kept_headers, redact_patterns
from pytest_oao.cli.pulling import is_kept_elsewhere
from pytest_oao.cli.stored_sessions import is_stored
from pytest_oao.errors import BadOption
from pytest_oao.importers.detection import named
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.field_maps import field_map
from pytest_oao.importers.raw_pairs import RawPairs
from pytest_oao.importers.table import importers
from pytest_oao.ports import Importer


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
        help=f"files and folders; the URL of a store of `record`; URL#ID or DIR#ID of one session in it; "
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
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each session, of many too")
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
    import_run = ImportRun(arguments.output, redactor, chosen, force=arguments.force, verbose=arguments.verbose)
    if arguments.beside:
        import_run.beside = FileDump(str(arguments.beside), arguments.beside)
    for name in arguments.paths:
        import_run.import_address(name)
    files = [name for name in arguments.paths if not (is_stored(name) or is_kept_elsewhere(name))]
    import_run.import_files(files_of(files) if files else ())
    import_run.end()
    return 0 if (import_run.imported or import_run.before) and not import_run.refused else 1


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
