"""Names of tests as names of files."""

import re
from hashlib import sha256

LONGEST = 120
"""Characters in a slug."""
_DIGITS = 10

_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
_LOOKS_HASHED = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}\Z")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""


def slug(text: str) -> str:
    """Return a readable file name that no other text has, on any file system; `text` itself where that can be.

    A short hash of the text is added where a character had to change, and where another text could otherwise come to
    the same file: upper case (`Test` and `test` are one on macOS and Windows), and an end that looks like such a hash.
    """
    readable = _readable(text)
    if readable == text == text.lower() and len(text) <= LONGEST and not _LOOKS_HASHED.search(text):
        return text
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{readable[: LONGEST - _DIGITS - 1]}-{digest}"


def _readable(text: str) -> str:
    name = _STRANGE.sub("_", text).rstrip(".")
    if _STRANGE.search(text[-1:]):
        name = name.rstrip("_.")
    if not name or name[0] in ".-" or _RESERVED.match(name):
        name = f"_{name}"
    return name
