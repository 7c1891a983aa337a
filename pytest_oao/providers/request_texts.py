"""How much text a model's request holds, without reading it as JSON: it is long, and sent again with each step."""

import re

_TEXT = re.compile(
    rb'"(?:text|content|input|instructions|system|prompt|arguments|description|thinking)"\s*:\s*'
    rb'"([^"\\]*(?:\\.[^"\\]*)*)"',
    re.DOTALL,
)
_LONGEST = 512
"""Characters without a space that are no text, but an image or a file."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=-]{%d,}" % _LONGEST)
_ESCAPED = len(r"u00e9")
"""What a character has beyond one where it is escaped."""


def text_length(body: bytes) -> int:
    r"""Return the characters of what a model reads in a request, at least; one escaped as `\u00e9` is one.

    What is said in other fields is not counted, nor how the text is packed: models read no keys and no quotes.
    """
    texts = _TEXT.findall(body)
    said = b"".join([_BASE64.sub(b"", text) if len(text) >= _LONGEST else text for text in texts])
    escaped = said.count(b"\\u")
    return len(said.decode("utf-8", "ignore")) - _ESCAPED * escaped - (said.count(b"\\") - escaped)
