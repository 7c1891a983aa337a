"""What a file that no importer knows looks like: the name people know it by, and what to do instead."""

import re
from typing import NamedTuple


class Appearance(NamedTuple):
    """A format we recognise and do not read."""

    name: str
    pattern: re.Pattern[bytes]
    remedy: str
    is_json: bool = False
    """Whether it would have to be JSON throughout."""
    is_near: bool = False
    """Whether it may be of a kind that is read: then it helps to know which are."""


def _re(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


_JSON = rb"\A(?:\xef\xbb\xbf)?\s*"
_RAW = "Import a recording of the HTTP traffic instead: a vcrpy cassette or a HAR file."
_TEXT = "It tells of no calls: name a trace's export, a log of requests and answers, a HAR file or a vcrpy cassette."
_UTF_8 = "Save it as UTF-8: an older PowerShell's `>` does not, and `| Out-File -Encoding utf8` does."
_MAP = (
    "If it is a log of requests and answers, import it and say where it keeps them: "
    "oao import FILE --map request=PATH,response=PATH. "
    "Else import the HTTP traffic instead: a vcrpy cassette or a HAR file."
)

_LOG = 'If FILE-wal stands beside it, its tables are there: sqlite3 FILE "PRAGMA wal_checkpoint(TRUNCATE)". ' + _RAW

_CHUNKS = _re(
    _JSON + rb'(?:\{[^\n]*"object"\s*:\s*"chat\.completion\.chunk"'
    rb'|\{\s*"type"\s*:\s*"(?:response\.created|message_start)"'
    rb"|(?:event: ?[\w.]+\s+)?data: ?[{\[])"
)
_ANSWER = "Keep the request beside it: as a log of requests and answers, a HAR file or a vcrpy cassette."

APPEARANCES = (
    Appearance("an empty file", _re(rb"\A\s*\Z"), "Record it again."),
    Appearance(
        "a file that was cut off before its first line: NUL bytes stand in its place, as after a power cut",
        _re(rb"\A\0+\Z"),
        "Nothing of it is left: record or export it again.",
    ),
    Appearance("a pytest-oao cassette", _re(rb"\A(?:\xef\xbb\xbf)?oao: \d"), "It needs no import."),
    Appearance("a Ruby VCR or betamax cassette", _re(rb'\A\W*"?http_interactions"?:'), _RAW),
    Appearance("mitmproxy's own flow file", _re(rb"\A\d+:\d+:"), "Convert it: mitmdump -nr FILE --set hardump=out.har"),
    Appearance("one answer of a model API in its chunks, without the request that it answers", _CHUNKS, _ANSWER),
    Appearance("a SQLite database", _re(rb"\ASQLite format 3\0"), _LOG, is_near=True),
    Appearance("a zip archive", _re(rb"\APK\x03\x04"), "Unpack it, and import what is inside."),
    Appearance("a JSON Lines log", _re(_JSON + rb"\{[^\n]*\}[ \t\r]*+\n\s*+\{"), _MAP, is_json=True, is_near=True),
    Appearance("JSON of some other kind", _re(_JSON + rb'(?:\{\s*(?:"|\})|\[)'), _MAP, is_json=True, is_near=True),
    Appearance("text in UTF-32", _re(rb"\A(?:\xff\xfe\0\0|\0\0\xfe\xff)"), _UTF_8),
    Appearance("text in UTF-16", _re(rb"\A(?:\xff\xfe|\xfe\xff)"), _UTF_8),
    Appearance("binary", _re(rb".*\0"), _RAW, is_near=True),
    Appearance("text", _re(rb""), _TEXT),
)


def appearance(head: bytes) -> Appearance:
    """Return what a file that begins with `head` looks like."""
    return next(known for known in APPEARANCES if known.pattern.match(head))
