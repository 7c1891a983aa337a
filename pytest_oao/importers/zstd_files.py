"""Files compressed by zstd, of one frame or of many; one that ends too early is an error, not a shorter file."""

import io
from typing import IO, Any

from pytest_oao.errors import UnknownFormat

_PIECE = 128 * 1024


def unzstd(stored: IO[bytes], source: str) -> IO[bytes]:
    """Return what a file holds; raises UnknownFormat without the extra. Reading it raises EOFError and OSError."""
    try:
        import zstandard  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - late: an extra
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[fast]'; or unpack it: zstd -d FILE"
        raise UnknownFormat("the file is compressed with zstd", where=source, remedy=remedy) from error
    return io.BufferedReader(_Frames(stored, zstandard), _PIECE)


class _Frames(io.RawIOBase):
    """The frames of a file, one after the other."""

    def __init__(self, stored: IO[bytes], zstandard: Any) -> None:  # noqa: ANN401 - an optional module
        self._stored = stored
        self._frames = zstandard.ZstdDecompressor()
        self._damage: type[Exception] = zstandard.ZstdError
        self._frame: Any = None
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Whether it can be read: it can."""
        return True

    def readinto(self, into: Any, /) -> int:  # noqa: ANN401 - a buffer of whatever kind
        """Fill a buffer with what comes next; raises EOFError, OSError."""
        while not self._left and (piece := self._stored.read(_PIECE)):
            self._left = memoryview(self._unpacked(piece))
        if not self._left and self._frame is not None:
            raise EOFError("it ends within a frame of zstd")
        size = min(len(into), len(self._left))
        into[:size], self._left = self._left[:size], self._left[size:]
        return size

    def close(self) -> None:
        """Close the file as well."""
        self._stored.close()
        super().close()

    def _unpacked(self, piece: bytes) -> bytes:
        """Return what a piece of the file holds; frames begin and end where they will."""
        found: list[bytes] = []
        while piece:
            self._frame = self._frame or self._frames.decompressobj()
            try:
                found.append(self._frame.decompress(piece))
            except self._damage as error:
                raise OSError(f"the compressed file is damaged: {error}") from error
            piece = self._frame.unused_data if self._frame.eof else b""
            self._frame = None if self._frame.eof else self._frame
        return b"".join(found)
