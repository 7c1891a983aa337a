"""Compressed bodies to what they say, chunk by chunk: compressed bytes hold the time, and hide secrets."""

import zlib
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

_AS_IS = frozenset({"", "identity", "none"})

_HEAD = 2
"""Bytes of the header of zlib's format."""

Look = Callable[[bytes], None]
Decode = Callable[[bytes], bytes]
"""Takes the next compressed bytes and returns what can be told by now; raises when they are none."""


def decoded(chunks: Sequence[bytes], encoding: str) -> list[bytes] | None:
    """Undo a `content-encoding`: as many chunks, some maybe empty; None where it is damaged or nobody here knows it."""
    names = [name.strip().lower() for name in encoding.split(",")]
    for name in reversed([name for name in names if name not in _AS_IS]):
        decode = _decoder(name)
        if decode is None:
            return None
        try:
            chunks = [decode(chunk) if chunk else b"" for chunk in chunks]
        except Exception:  # noqa: BLE001 - each decoder has errors of its own; the bytes are kept as they came
            return None
    return list(chunks)


def as_told(look: Look | None, encoding: str) -> Look | None:
    """Return what is given compressed chunks as they come, and gives `look` what can be told of each by now.

    What is damaged, or encoded as nobody here knows, is told as nothing: `look` has a say all the same.
    """
    names = [name for one in encoding.split(",") if (name := one.strip().lower()) not in _AS_IS]
    if look is None or not names:
        return look
    decoders = [_decoder(name) for name in reversed(names)]

    def looks(chunk: bytes) -> None:
        try:
            for decode in decoders:
                chunk = decode(chunk) if decode is not None and chunk else b""
        except Exception:  # noqa: BLE001 - each decoder has errors of its own
            decoders[:] = [None]
            chunk = b""
        look(chunk)

    return looks


def _decoder(name: str) -> Decode | None:
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _brotli()
    return _zstd() if name == "zstd" else None


class _Gzip:
    """A gzip file, of one member or of many."""

    def __init__(self) -> None:
        self.member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def __call__(self, data: bytes) -> bytes:
        told = self.member.decompress(data)
        while self.member.unused_data.startswith(b"\x1f\x8b"):
            rest = self.member.unused_data
            self.member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            told += self.member.decompress(rest)
        return told


class _Deflate:
    """Deflate as the standard has it, or without its header, as many servers send it."""

    def __init__(self) -> None:
        self.inflater: Any = zlib.decompressobj()
        self._head = b""
        self._open = True
        """Whether it may turn out to have no header."""

    def __call__(self, data: bytes) -> bytes:
        if self._open:
            self._head += data
        try:
            told = bytes(self.inflater.decompress(data))
        except zlib.error:
            if not self._open:
                raise
            self.inflater, data = zlib.decompressobj(-zlib.MAX_WBITS), self._head
            told = bytes(self.inflater.decompress(data))
        self._open = self._open and len(self._head) < _HEAD
        return told


def _brotli() -> Decode | None:
    library = _installed("brotli", "brotlicffi")
    if library is None:
        return None
    inflater = library.Decompressor()
    decode: Decode = getattr(inflater, "process", None) or inflater.decompress
    return decode


def _zstd() -> Decode | None:
    library = _installed("compression.zstd", "backports.zstd", "zstandard")
    if library is None:
        return None
    known = library.ZstdDecompressor()
    decode: Decode = (known.decompressobj() if hasattr(known, "decompressobj") else known).decompress
    return decode


def _installed(*names: str) -> Any:
    """Return the first of these libraries that is there: the client that asked for the encoding brought one."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None
