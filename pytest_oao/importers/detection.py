"""Which importer a file is for, by its content and never by its name."""

import zlib
from collections.abc import Iterable

from pytest_oao.cassette import limits
from pytest_oao.errors import BadOption, HostileFile, UnknownFormat
from pytest_oao.importers.appearances import appearance
from pytest_oao.importers.content_encodings import GZIP, INFLATED, Inflation
from pytest_oao.ports import Importer

HEAD = 64 * 1024
"""Bytes of a file that importers are shown to recognise it."""


def detect(data: bytes, name: str, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a file's content; raises UnknownFormat that says what the file looks like."""
    importers = tuple(importers)
    head = _head(data, name)
    for importer in importers:
        if importer.sniff(head):
            return importer
    looks = appearance(head)
    known = ", ".join(importer.name for importer in importers)
    raise UnknownFormat(f"this looks like {looks.name}; known formats: {known}", where=name, remedy=looks.remedy)


def named(format_name: str, importers: Iterable[Importer]) -> Importer:
    """Return the importer of a name; raises BadOption."""
    by_name = {importer.name: importer for importer in importers}
    if format_name not in by_name:
        raise BadOption(
            f"there is no format {format_name!r}", where="--format", remedy=f"Known formats: {', '.join(by_name)}."
        )
    return by_name[format_name]


def opened(data: bytes, name: str) -> bytes:
    """Return a file's content, decompressed where it is gzip; raises HostileFile where that is too much."""
    content = Inflation(INFLATED).gunzipped(data, name) if data.startswith(GZIP) else data
    if len(content) > limits.FILE_BYTES:
        raise HostileFile(
            f"the file is larger than {limits.FILE_BYTES:,} bytes", where=name, remedy="Split it before the import."
        )
    return content


def _head(data: bytes, name: str) -> bytes:
    if not data.startswith(GZIP):
        return data[:HEAD]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, HEAD)
    except zlib.error as error:
        raise UnknownFormat(
            f"this begins like gzip and is not: {error}", where=name, remedy="Copy the file again from its source."
        ) from error
