"""Secrets in URLs, wherever a URL stands: parameters with short names, and `user:password@`."""

import re
from collections.abc import Iterator

from pytest_oao.cassette.secret_names import is_attribute, is_opaque
from pytest_oao.cassette.spans import Span, placeholder

_SHORT = (b"key", b"code", b"auth", b"jwt", b"assertion")
"""Names that mean a secret only where the value looks like one: `?code=404` does not."""

_SIGNED = (b"sig", b"signature", b"hmac")

_PARAMETER = re.compile(
    rb"=(?<=[a-z]=)(?:(?P<short>"
    + b"|".join(b"(?<=[?&;]" + name + b"=)|(?<=26" + name + b"=)|(?<=\\A" + name + b"=)" for name in _SHORT)
    + rb")|"
    + b"|".join(b"(?<=[?&;-]" + name + b"=)|(?<=26" + name + b"=)" for name in _SIGNED)
    + rb")(?P<s>[^&\s\"'<>\\#,;(){}\[\]|`]{8,}+)"
)
_PASSWORD = re.compile(
    rb":(?:\\?/){2}(?:[^\s/@:\"'<>\\?#]*+:(?P<s>(?![${<%*])[^\s/@\"'<>\\?#]++)@|(?P<user>[A-Za-z0-9_-]{16,}+)@)"
)
_TOKEN = re.compile(rb"(?:\A|[?&;#])token=(?P<s>[^&;#\s]++)", re.IGNORECASE)
"""In what is an address or a form for sure, a token is a secret whatever it looks like."""
_MARK = placeholder("url-parameter")
_PASSWORD_MARK = placeholder("url-password")
_LEAST = 8
_LEAST_USER = 16


def token_spans(data: bytes) -> Iterator[Span]:
    """Yield where the value of a `token` stands in an address or a form."""
    for match in _TOKEN.finditer(data):
        yield (*match.span("s"), _MARK)


def parameter_spans(data: bytes, lower: bytes) -> Iterator[Span]:
    """Yield where parameters stand whose values are secrets; each has a `=`. `lower` is `data.lower()`."""
    for match in _PARAMETER.finditer(lower):
        start, end = match.span("s")
        value = data[start:end]
        if match["short"] is None or (is_opaque(value, _LEAST) and not is_attribute(value)):
            yield start, end, _MARK


def password_spans(data: bytes) -> Iterator[Span]:
    """Yield where the passwords of addresses stand; each is before a `@`."""
    for match in _PASSWORD.finditer(data):
        if match["user"] is None:
            yield (*match.span("s"), _PASSWORD_MARK)
        elif is_opaque(match["user"], _LEAST_USER):
            yield (*match.span("user"), _PASSWORD_MARK)
