r"""Text that is safe to print to a terminal or a CI log, whoever wrote it.

Control and bidi characters are shown as escapes (`\x1b`, `\u202e`), and so is one character of what a CI would read as
a command: `\x3a:error::`, `#\x23[group]`.
"""

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what is not seen, or moves what is: controls, formats, surrogates, private, line separators."""
_SUSPECT = re.compile(r"[^\n\t -~]")
_STARTING = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
"""GitHub's `::error::…`, at the start of a line after trimming."""
_ANYWHERE = re.compile(r"#(?=\[|vso\[|teamcity\[)(?<=##)", re.IGNORECASE)
"""GitHub's older `##[…]`, Azure Pipelines' and TeamCity's, anywhere in a line."""


def printable(text: str) -> str:
    """Return the text with nothing in it that a terminal or a CI acts on; newlines and tabs stay."""
    shown = _SUSPECT.sub(_shown, text)
    return _ANYWHERE.sub(r"\\x23", _STARTING.sub(r"\1\\x3a", shown))


def one_line(text: str, width: int) -> str:
    """Return the text on one line of at most `width` characters, which ends in `…` where it was cut."""
    start = text[: 4 * width]
    line = printable(" ".join(start.split()))
    if len(line) <= width and len(start) == len(text):
        return line
    return line[: max(width - 1, 0)] + "…"[:width]


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code > 0xFFFF:  # noqa: PLR2004 - beyond four digits
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"  # noqa: PLR2004 - beyond two digits
