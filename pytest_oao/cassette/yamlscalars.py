"""How strings and numbers look in a cassette, so that every YAML 1.1 and 1.2 reader reads back the same."""

import re
from functools import cache, lru_cache
from json import JSONEncoder

_BIDI = "\u202a-\u202e\u2066-\u2069"
_UNPRINTABLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff" + _BIDI
_SPECIAL = f"[{_UNPRINTABLE}]"
_SURROGATES = range(0xD800, 0xE000)
_SOLID = "!-9;-~\xa1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_PLAIN = f'[$A-Za-z_/](?:[{_SOLID}]++|:(?=[{_SOLID}:])| (?=[$-9;-~!"\xa1-\u1fff]))*+'
_SHORT = 64
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
_LONGEST_WORD = max(map(len, _WORDS))
_encode = JSONEncoder(ensure_ascii=False).encode
_NEXT_LINE = re.compile(r"\n(?=[^\n])")


@cache
def _compiled(source: str) -> re.Pattern[str]:
    """Compile when the first cassette is written, which replay never does: it takes 7 ms."""
    return re.compile(source)


def scalar(text: str) -> str:
    """Return a string on one line: plain where no reader can take it for anything else, else double-quoted."""
    return _known(text) if len(text) <= _SHORT else _scalar(text)


def _scalar(text: str) -> str:
    if _compiled(_PLAIN).fullmatch(text) and (len(text) > _LONGEST_WORD or text.lower() not in _WORDS):
        return text
    return quoted(text)


_known = lru_cache(maxsize=4096)(_scalar)
"""Keys, roles, names of models and of tools: they come again and again."""


def quoted(text: str) -> str:
    """Return a string in double quotes; lone surrogates, which no encoding can carry, become U+FFFD."""
    escaped = _encode(text)
    return _compiled(_SPECIAL).sub(_escape, escaped) if _compiled(_SPECIAL).search(escaped) else escaped


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\uFFFD" if code in _SURROGATES else f"\\u{code:04X}"


def fits_block(text: str) -> bool:
    """Whether a string has several lines, and nothing that a literal block cannot carry."""
    return "\n" in text and text.strip("\n") != "" and not _compiled(_SPECIAL).search(text)


def block(text: str, pad: str) -> str:
    """Return a literal block, from its `|` to its last line, its lines indented by `pad` (2 more than its parent)."""
    indicator = "2" if text[0] in " \n\t" else ""
    chomping = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    lines = _NEXT_LINE.sub("\n" + pad, "\n" + text)
    return f"|{indicator}{chomping}{lines.removesuffix(chr(10))}"


def number(value: float) -> str:
    """Return a number in JSON's grammar, with the point that YAML 1.1 asks for; nan, which JSON lacks, is null."""
    text = repr(value)
    if "n" in text:
        return {"inf": "1.0e+999", "-inf": "-1.0e+999"}.get(text, "null")
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
