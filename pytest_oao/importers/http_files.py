"""The session that one file of recorded HTTP comes to."""

import re
from collections.abc import Iterable
from hashlib import sha256

from pytest_oao.cassette.soundness import require_sound
from pytest_oao.errors import NoCall
from pytest_oao.importers.http_exchanges import RawExchange, exchanges_of
from pytest_oao.model.sessions import Ending, Header, Origin, Session

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80


def session_of(
    raws: Iterable[RawExchange], *, format_name: str, data: bytes, source: str, lacked: Iterable[str]
) -> Session:
    """Return a file's exchanges as one session; `lacked` is what no file of its format can carry.

    Raises NoCall where there is no exchange at all, DamagedFile where one is none that HTTP has.
    """
    reads = list(exchanges_of(raws))
    if not reads:
        raise NoCall(
            "the recording holds no exchange", where=source, remedy="Record it again with the calls, or delete it."
        )
    missing = sorted({lack for read in reads for lack in read.lacks} - set(lacked))
    origin = Origin("imported", format_name, file_name(source), (*lacked, *missing))
    header = Header(session_id(source, data), origin=origin)
    session = Session(header, tuple(read.exchange for read in reads), Ending("unknown"))
    require_sound(session, source)
    return session


def session_id(source: str, data: bytes) -> str:
    """Return an id that names the file and changes with its content."""
    return f"{slug(source)}-{sha256(data).hexdigest()[:8]}"


def slug(source: str) -> str:
    """Return a file's name without its ending, as a safe name of a file."""
    name = file_name(source).removesuffix(".gz")
    stem = name.rpartition(".")[0] or name
    return _UNSAFE.sub("-", stem).strip("-.")[:_LONGEST].strip("-.") or "session"


def file_name(source: str) -> str:
    """Return the name of a file without its folders."""
    return source.replace("\\", "/").rpartition("/")[2]
