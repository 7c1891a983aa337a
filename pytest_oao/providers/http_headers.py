"""What the headers of an HTTP message say: its media type, and how it travelled, which no record keeps."""

from collections.abc import Iterable

from pytest_oao.model.calls import Headers

_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_FRAMING_AND_ENCODING = _FRAMING | {"content-encoding"}


def header(headers: Headers, name: str) -> str:
    """Return a header's values joined, or the empty string; `name` is in lower case."""
    return ", ".join(value for key, value in headers if key.lower() == name)


def media_type(headers: Headers) -> str:
    """Return what the message says its body is, or the empty string."""
    for name, value in headers:
        if len(name) == 12 and name.lower() == "content-type":  # noqa: PLR2004 - its length: the cheapest test first
            return value
    return ""


def unframed(headers: Iterable[tuple[str, str]], *, decoded: bool) -> Headers:
    """Return the headers without those of how the message travelled: its body is kept whole, and maybe `decoded`."""
    dropped = _FRAMING_AND_ENCODING if decoded else _FRAMING
    return tuple([pair for pair in headers if pair[0].lower() not in dropped])
