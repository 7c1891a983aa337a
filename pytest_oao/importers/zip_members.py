"""Members of a zip archive, one at a time and within limits: stored, deflated, or by zstd, which Python learns late."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, UnknownFormat, UnreadableFile

BEGINNING = b"PK\x03\x04"
_ZSTD = 93
_RAW = -15
_LOCAL = struct.Struct("<26xHH")
"""Of a member's own header: the lengths of its name and of what else stands between it and the data."""
_MEMBERS = 200_000
_TOTAL = 8 * limits.FILE_BYTES
_BITE = 256
"""Bytes that zstd is given at once, which come to 8 MiB at most."""
_AGAIN = "Copy the file again from its source."


def first_name(head: bytes) -> str:
    """Return the name of an archive's first member; the empty string where this is no archive."""
    if not head.startswith(BEGINNING) or len(head) < _LOCAL.size:
        return ""
    length, _ = _LOCAL.unpack_from(head)
    return head[_LOCAL.size : _LOCAL.size + length].decode("utf-8", "replace")


class ZipMembers:
    """The members of an archive in memory, by their names, in the order in which they were written."""

    def __init__(self, data: bytes, source: str) -> None:
        """Read the list of members; raises UnreadableFile, HostileFile."""
        self._data = data
        self._source = source
        self._left = _TOTAL
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._members = {one.filename: one for one in archive.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise UnreadableFile(f"the archive is damaged: {error}", where=source, remedy=_AGAIN) from error
        if len(self._members) > _MEMBERS:
            what = f"the archive has more than {_MEMBERS:,} members"
            raise HostileFile(what, where=source, remedy="Split it before the import.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def content(self, name: str) -> bytes:
        """Return a member's content; raises UnreadableFile, HostileFile, UnknownFormat where zstd is not installed."""
        member = self._members[name]
        where = f"{self._source}: {name}"
        if member.flag_bits & 1:
            raise UnreadableFile("it is encrypted", where=where, remedy="Unpack it before the import.")
        most = min(limits.FILE_BYTES, self._left)
        content = self._unpacked(member, most, where)
        if len(content) > most:
            what = f"it unpacks to more than {most:,} bytes"
            raise HostileFile(what, where=where, remedy="Unpack it yourself, if you trust where it came from.")
        self._left -= len(content)
        return content

    def _unpacked(self, member: zipfile.ZipInfo, most: int, where: str) -> bytes:
        packed = self._packed(member, where)
        try:
            if member.compress_type == zipfile.ZIP_STORED:
                return packed
            if member.compress_type == zipfile.ZIP_DEFLATED:
                return zlib.decompressobj(_RAW).decompress(packed, most + 1)
            if member.compress_type == _ZSTD:
                return _unzstd(packed, most, where)
        except zlib.error as error:
            raise UnreadableFile(f"it is damaged: {error}", where=where, remedy=_AGAIN) from error
        what = f"it is packed by method {member.compress_type}, which is not known here"
        raise UnknownFormat(what, where=where, remedy="Unpack the archive, and import what is inside.")

    def _packed(self, member: zipfile.ZipInfo, where: str) -> bytes:
        start = member.header_offset
        if start < 0 or not self._data.startswith(BEGINNING, start) or start + _LOCAL.size > len(self._data):
            raise UnreadableFile("it is damaged: its header is missing", where=where, remedy=_AGAIN)
        name, extra = _LOCAL.unpack_from(self._data, start)
        start += _LOCAL.size + name + extra
        return self._data[start : start + member.compress_size]


def _unzstd(packed: bytes, most: int, where: str) -> bytes:
    try:
        import zstandard  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - late: an extra
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[fast]'"
        raise UnknownFormat("it is packed by zstd, which Python does not know", where=where, remedy=remedy) from error
    inflater = zstandard.ZstdDecompressor().decompressobj()
    pieces, size = [], 0
    try:
        for start in range(0, len(packed), _BITE):
            if inflater.eof or size > most:
                break
            pieces.append(inflater.decompress(packed[start : start + _BITE]))
            size += len(pieces[-1])
    except zstandard.ZstdError as error:
        raise UnreadableFile(f"it is damaged: {error}", where=where, remedy=_AGAIN) from error
    return b"".join(pieces)
