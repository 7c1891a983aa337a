"""Which importer a file is for, by its content and never by its name."""

from collections.abc import Iterable, Sequence

from pytest_oao.errors import BadOption, UnknownFormat
from pytest_oao.importers.appearances import appearance
from pytest_oao.importers.broken_json import broken_line
from pytest_oao.ports import Dump, Importer

_SOME = 3
"""So many formats are named where none fits."""


def detect(dump: Dump, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a file's content; raises UnknownFormat that says what the file looks like."""
    importers = tuple(importers)
    for importer in importers:
        if importer.sniff(dump.head):
            return importer
    looks = appearance(dump.head)
    line = broken_line(dump) if looks.is_json else None
    if line is not None:
        remedy = "It was cut short, or changed: export it again, or mend that line."
        raise UnknownFormat("this is broken JSON", where=f"{dump.source}: line {line}", remedy=remedy)
    remedy = f"{looks.remedy} {_known(importers)}" if looks.is_near else looks.remedy
    raise UnknownFormat(f"this looks like {looks.name}", where=dump.source, remedy=remedy)


def _known(importers: Sequence[Importer]) -> str:
    """Return some of the names, and where the others are."""
    some = ", ".join(importer.name for importer in importers[:_SOME])
    more = len(importers) - _SOME
    return f"Formats are {some}" + (f" and {more} more: oao import --help" if more > 0 else "")


def named(format_name: str, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a name; raises BadOption."""
    by_name = {importer.name: importer for importer in importers}
    if format_name not in by_name:
        raise BadOption(
            f"there is no format {format_name!r}", where="--format", remedy=f"Known formats: {', '.join(by_name)}."
        )
    return by_name[format_name]
