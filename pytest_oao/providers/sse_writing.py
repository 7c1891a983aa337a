"""Server-sent events, written; and a text cut as if it came to be piece by piece."""

import json
from collections.abc import Iterator

from pytest_oao.model.jsontypes import JSONObject

DONE = b"data: [DONE]\n\n"
PIECE = 24
"""Code points of a piece: the same text is always cut in the same places."""


def event(data: JSONObject, name: str = "") -> bytes:
    """Return an event and the blank line that ends it; escaped, for some clients end lines at U+2028 too."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def pieces(content: str) -> Iterator[str]:
    """Yield a text in pieces."""
    for at in range(0, len(content), PIECE):
        yield content[at : at + PIECE]
