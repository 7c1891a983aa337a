"""Compressed bodies to the bytes that an agent sees."""

import zlib
from collections.abc import Callable

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, UnknownFormat, UnreadableFile

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_AS_IS = {"", "identity", "none"}
_BITE = 256
"""Bytes that zstd is given at once, which come to 8 MiB at most: its blocks take three and stand for 128 KiB."""


INFLATED = limits.EXPANDED // 2
"""Decompressed bytes that one file may come to."""


class Inflation:
    """How many decompressed bytes one file may still ask for."""

    def __init__(self, left: int = INFLATED) -> None:
        self.left = left

    def decoded(self, body: bytes, encoding: str, where: str) -> bytes:
        """Undo a `content-encoding`.

        Recorders decode bodies and keep the header, or hide its value: what does not look compressed is taken as it is.
        """
        for name in reversed([name.strip().lower() for name in encoding.split(",")]):
            if name not in _AS_IS and body:
                body = self._undone(name, body, where)
        return body

    def gunzipped(self, data: bytes, where: str) -> bytes:
        """Return a gzip file's content, of all its members."""
        whole = b""
        while data.startswith(GZIP):
            inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            whole += self._inflated(inflater, data, where)
            data = inflater.unused_data
        return whole

    def _undone(self, name: str, body: bytes, where: str) -> bytes:
        if body.startswith(GZIP):
            return self.gunzipped(body, where)
        if body.startswith(ZSTD):
            return self._unzstd(body, where)
        if name == "br":
            return self._unbrotlied(body, where)
        return self._undeflated(body, where) if name == "deflate" else body

    def _inflated(self, inflater: "zlib._Decompress", data: bytes, where: str) -> bytes:
        try:
            content = inflater.decompress(data, self.left + 1)
        except zlib.error as error:
            raise _damaged(where, error) from error
        self._spend(content, where)
        if not inflater.eof:
            raise _damaged(where, EOFError("it ends too early"))
        return content

    def _undeflated(self, body: bytes, where: str) -> bytes:
        for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # as the standard has it, and as many servers send it
            try:
                return self._inflated(zlib.decompressobj(bits), body, where)
            except HostileFile:
                raise
            except UnreadableFile:
                continue
        return _text(body, where, "deflate")

    def _unzstd(self, body: bytes, where: str) -> bytes:
        try:
            import zstandard  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - late: an extra
        except ImportError as error:
            raise _missing("zstd", where) from error
        pieces, size = [], 0
        inflater = zstandard.ZstdDecompressor().decompressobj()
        try:
            for start in range(0, len(body), _BITE):
                if inflater.eof or size > self.left:
                    break
                pieces.append(inflater.decompress(body[start : start + _BITE]))
                size += len(pieces[-1])
        except zstandard.ZstdError as error:
            raise _damaged(where, error) from error
        content = self._spend(b"".join(pieces), where)
        if not inflater.eof:
            raise _damaged(where, EOFError("it ends too early"))
        return content

    def _unbrotlied(self, body: bytes, where: str) -> bytes:
        try:
            import brotli  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415 - late: an extra
        except ImportError as error:
            if is_text(body):
                return body
            raise _missing("br", where) from error
        decompressor = brotli.Decompressor()
        try:
            content = _processed(decompressor.process, body, self.left + 1)
        except brotli.error:
            return _text(body, where, "br")
        self._spend(content, where)
        return content if decompressor.is_finished() else _text(body, where, "br")

    def _spend(self, content: bytes, where: str) -> bytes:
        self.left -= len(content)
        if self.left < 0:
            raise HostileFile(
                f"its bodies come to more than {INFLATED:,} bytes when decompressed",
                where=where,
                remedy="Split the recording, if you trust where it came from.",
            )
        return content


def is_text(body: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _processed(process: Callable[..., bytes], body: bytes, limit: int) -> bytes:
    try:
        return process(body, output_buffer_limit=limit)
    except TypeError:  # brotli before 1.2 knows no limit
        return process(body)


def _text(body: bytes, where: str, encoding: str) -> bytes:
    if is_text(body):
        return body
    raise _damaged(where, ValueError(f"it is neither {encoding} nor text"))


def _damaged(where: str, error: Exception) -> UnreadableFile:
    remedy = "Record it again, decoded: `decode_compressed_response=True` in vcrpy."
    return UnreadableFile(f"the compressed body cannot be read: {error}", where=where, remedy=remedy)


def _missing(encoding: str, where: str) -> UnknownFormat:
    remedy = "Install the extra: pip install 'pytest-oao[fast]'"
    return UnknownFormat(
        f"the body is compressed with {encoding}, which Python does not know", where=where, remedy=remedy
    )
