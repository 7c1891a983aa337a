"""MessagePack → plain data, and nothing but: no class is looked up, however a writer named one."""

import struct
from base64 import b64encode
from collections.abc import Callable
from math import isfinite
from typing import TypeAlias

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.foreign import REMEDY
from pytest_oao.model.jsontypes import JSON, NotFinite

Extension: TypeAlias = Callable[[int, "JSON"], "JSON"]
"""Makes plain data of what a writer put into an extension of its own: its number, and its content where that is
MessagePack again, else None."""

_FIXED = {
    0xCA: ">f",
    0xCB: ">d",
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
_CONSTANTS: dict[int, JSON] = {0xC0: None, 0xC2: False, 0xC3: True}
_BYTES = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
_TEXTS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}
_LISTS = {0xDC: ">H", 0xDD: ">I"}
_MAPS = {0xDE: ">H", 0xDF: ">I"}
_EXTENSIONS = {0xC7: ">B", 0xC8: ">H", 0xC9: ">I"}
_SHORT_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def unpacked(data: bytes, where: str, extension: Extension) -> JSON:
    """Return the one value in the data; raises UnreadableFile, HostileFile."""
    return _Reader(data, where, extension, [limits.NODES]).whole(0)


class _Reader:
    def __init__(self, data: bytes, where: str, extension: Extension, left: list[int]) -> None:
        self._data = data
        self._where = where
        self._extension = extension
        self._left = left
        self._at = 0

    def whole(self, depth: int) -> JSON:
        value = self._value(depth)
        if self._at != len(self._data):
            raise self._damaged("something stands behind its end")
        return value

    def _value(self, depth: int) -> JSON:
        self._left[0] -= 1
        if depth > limits.DEPTH or self._left[0] < 0:
            raise HostileFile("a value has too many parts, or is nested too deep", where=self._where, remedy=REMEDY)
        mark = self._take(1)[0]
        if mark in _CONSTANTS:
            return _CONSTANTS[mark]
        if mark in _FIXED:
            return self._number(_FIXED[mark])
        if mark < 0x80 or mark >= 0xE0:  # noqa: PLR2004 - small numbers stand for themselves
            return mark if mark < 0x80 else mark - 0x100  # noqa: PLR2004
        return self._sized(mark, depth)

    def _sized(self, mark: int, depth: int) -> JSON:
        """Read what has a length."""
        if mark in _TEXTS or 0xA0 <= mark < 0xC0:  # noqa: PLR2004
            return self._take(self._length(mark, _TEXTS, 0x1F)).decode("utf-8", "replace")
        if mark in _LISTS or 0x90 <= mark < 0xA0:  # noqa: PLR2004
            return [self._value(depth + 1) for _ in range(self._count(self._length(mark, _LISTS, 0x0F)))]
        if mark in _MAPS or 0x80 <= mark < 0x90:  # noqa: PLR2004
            return self._map(self._count(self._length(mark, _MAPS, 0x0F)), depth)
        if mark in _BYTES:
            return {"base64": b64encode(self._take(self._length(mark, _BYTES, 0))).decode()}
        if mark in _EXTENSIONS or mark in _SHORT_EXTENSIONS:
            size = _SHORT_EXTENSIONS.get(mark) or self._length(mark, _EXTENSIONS, 0)
            return self._extended(size, depth)
        raise self._damaged(f"{mark:#x} begins no value")

    def _map(self, count: int, depth: int) -> JSON:
        found: dict[str, JSON] = {}
        for _ in range(count):
            key = self._value(depth + 1)
            found[key if isinstance(key, str) else str(key)] = self._value(depth + 1)
        return found

    def _extended(self, size: int, depth: int) -> JSON:
        code = self._number(">b")
        data = self._take(size)
        inner = _Reader(data, self._where, self._extension, self._left).whole(depth + 1) if code >= 0 else None
        return self._extension(int(code), inner)

    def _length(self, mark: int, sizes: dict[int, str], mask: int) -> int:
        return int(self._number(sizes[mark])) if mark in sizes else mark & mask

    def _count(self, count: int) -> int:
        """Return how many items follow, of which each has a byte at least."""
        if count > len(self._data) - self._at:
            raise self._damaged("it ends too early")
        return count

    def _number(self, form: str) -> int | float:
        found: int | float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return found if isinstance(found, int) or isfinite(found) else NotFinite(found)

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise self._damaged("it ends too early")
        self._at += size
        return taken

    def _damaged(self, what: str) -> UnreadableFile:
        return UnreadableFile(f"the value is no MessagePack: {what}", where=self._where, remedy=REMEDY)
