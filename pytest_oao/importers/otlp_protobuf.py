"""OTLP in protobuf: `TracesData`, one or many with their lengths before them → the same as its JSON says."""

from collections.abc import Iterator

from pytest_oao.errors import UnknownFormat, UnreadableFile
from pytest_oao.importers.foreign import REMEDY

_LENGTH_DELIMITED = 2
_LONGEST_VARINT = 10
_ID = 16
"""Bytes of a trace's id."""
_TO_SPANS = (1, 2, 2)
"""The numbers of the fields on the way from `TracesData` to a span: resource_spans, scope_spans, spans."""


def is_traces(head: bytes) -> bool:
    """Whether bytes begin as `TracesData` does, or as one with its length before it: a span in it has a trace's id."""
    return _has_span(head, _TO_SPANS) or _has_span(head[_varint(head, 0)[1] :], _TO_SPANS)


def _has_span(data: bytes, path: tuple[int, ...]) -> bool:
    """Whether a way down a path of fields ends at a span, even where the bytes are cut."""
    for number, content in _fields(data):
        if not path:
            return number == 1 and len(content) == _ID
        if number == path[0] and _has_span(content, path[1:]):
            return True
    return False


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields that have a length, up to where the bytes are none of protobuf's."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 != _LENGTH_DELIMITED or not key >> 3:
            return
        length, at = _varint(data, at)
        yield key >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends; zero where there is none."""
    value = 0
    for place, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, at + place + 1
    return 0, at + _LONGEST_VARINT


def batches(data: bytes, source: str) -> Iterator[dict[str, object]]:
    """Yield the batches of a file as OTLP's JSON has them; raises UnreadableFile, UnknownFormat without the extra."""
    try:
        from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - late: an extra
        from google.protobuf.message import DecodeError  # noqa: PLC0415 - late: an extra
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData  # noqa: PLC0415 - late: an extra
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[otlp]'; or export the spans as JSON."
        raise UnknownFormat("the file is OTLP in protobuf", where=source, remedy=remedy) from error
    whole = _has_span(data, _TO_SPANS)
    for at, message in enumerate([data] if whole else _delimited(data, source)):
        traces = TracesData()
        try:
            traces.ParseFromString(message)
        except DecodeError as error:
            raise UnreadableFile("the protobuf is damaged", where=f"{source}: message {at}", remedy=REMEDY) from error
        yield MessageToDict(traces)


def _delimited(data: bytes, source: str) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length, start = _varint(data, at)
        if not length or start + length > len(data):
            raise UnreadableFile("the protobuf is cut off", where=f"{source}: byte {at}", remedy=REMEDY)
        yield data[start : start + length]
        at = start + length
