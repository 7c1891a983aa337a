"""Which importer a file is for, by its content and never by its name."""

from collections.abc import Iterable

from pytest_oao.errors import BadOption, UnknownFormat
from pytest_oao.importers.appearances import appearance
from pytest_oao.ports import Dump, Importer


def detect(dump: Dump, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a file's content; raises UnknownFormat that says what the file looks like."""
    importers = tuple(importers)
    for importer in importers:
        if importer.sniff(dump.head):
            return importer
    looks = appearance(dump.head)
    known = ", ".join(importer.name for importer in importers)
    what = f"this looks like {looks.name}; known formats: {known}"
    raise UnknownFormat(what, where=dump.source, remedy=looks.remedy)


def named(format_name: str, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a name; raises BadOption."""
    by_name = {importer.name: importer for importer in importers}
    if format_name not in by_name:
        raise BadOption(
            f"there is no format {format_name!r}", where="--format", remedy=f"Known formats: {', '.join(by_name)}."
        )
    return by_name[format_name]
