"""The first line of a cassette, which names its format, and the last, a digest over every byte before it."""

import re
from hashlib import sha256

from pytest_oao.errors import DamagedFile, IncompleteFile, NewerFormat, UnreadableFile
from pytest_oao.model.sessions import FORMAT

_HEAD = re.compile(rb"oao: ([1-9][0-9]{0,8})\r?\n")
_TRAILER = re.compile(rb"\ndigest: sha256:([0-9a-f]{64})\n\Z")
_TRAILER_BYTES = len("\ndigest: sha256:\n") + 64
_BOM = b"\xef\xbb\xbf"
_RESTORE = "Take it from version control or from where it was copied, or record again."
_IF_EVER = f"If it ever was one: {_RESTORE[0].lower()}{_RESTORE[1:]}"


def sealed(text: bytes) -> bytes:
    """Return a text with its trailer."""
    return text + b"digest: sha256:%s\n" % sha256(text).hexdigest().encode()


def opened(data: bytes, name: str) -> bytes:
    """Return a sealed file with its lines ending in LF, all of it covered by its digest.

    Raises NewerFormat, IncompleteFile, DamagedFile, UnreadableFile.
    """
    check_head(data, name)
    data = _with_lf(data)
    match = _trailer(data)
    if match is None:
        raise IncompleteFile("the file does not end with its last line, the digest", where=name, remedy=_RESTORE)
    if sha256(memoryview(data)[: match.start() + 1]).hexdigest().encode() != match[1]:
        raise DamagedFile(
            "the file was edited or damaged since it was sealed: its digest does not hold",
            where=name,
            remedy=f"`oao seal {name}` accepts a hand edit. Else take it from version control, or record again.",
        )
    return data


def unsealed(data: bytes, name: str) -> tuple[bytes, bool]:
    """Return the text of a file that was edited by hand, and whether it still has a trailer, true or not.

    What editors do to all of a file is undone: CRLF, a byte order mark. Raises NewerFormat and UnreadableFile.
    """
    data = data.removeprefix(_BOM).replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    check_head(data, name)
    match = _trailer(data)
    return (data[: match.start() + 1], True) if match else (data, False)


def is_ours(head: bytes) -> bool:
    """Whether a file is to be read as one of ours, though an editor or damage has changed its first line since."""
    return head.removeprefix(_BOM).startswith(b"oao:")


def check_head(data: bytes, name: str) -> None:
    """See that a file begins as ours do, in a format that we know; raises NewerFormat and UnreadableFile."""
    match = _HEAD.match(data)
    if match is None:
        kind = IncompleteFile if (b"oao: %d\n" % FORMAT).startswith(data) else UnreadableFile
        what = "it does not begin as a cassette does, with `oao: 1`" if data else "it is empty"
        raise kind(what, where=name, remedy=_RESTORE if kind is IncompleteFile else _IF_EVER)
    if int(match[1]) > FORMAT:
        raise NewerFormat(
            f"the file is of format {int(match[1])}, this release reads up to {FORMAT}",
            where=name,
            remedy="Update pytest-oao: pip install -U pytest-oao",
        )


def _trailer(data: bytes) -> re.Match[bytes] | None:
    return _TRAILER.search(data, max(0, len(data) - _TRAILER_BYTES))


def _with_lf(data: bytes) -> bytes:
    """Undo what git's autocrlf does, where it did it to every line."""
    if data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n"):
        return data.replace(b"\r\n", b"\n")
    return data
