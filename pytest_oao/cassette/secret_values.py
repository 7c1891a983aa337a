"""Secrets that are known exactly: the values of key-like environment variables, in each form they may be written."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

from pytest_oao.cassette.spans import Span, placeholder

_KEY_LIKE = re.compile(
    r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|CREDENTIAL|DSN|PAT|COOKIE|JWT|CONNECTION_STRING)S?(?:_|\d|$)"
    r"|(?:^|_)AUTH(?:ORIZATION)?(?:_|$)",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
_HARMLESS = re.compile(r"[a-z]{1,14}|[A-Z]{1,14}|[0-9.]{1,12}|(?:\.{0,2}|~|[A-Za-z]:)[/\\].*|[a-z]+://[^@]*", re.DOTALL)
"""A word, a number, a path, an address without a password: so common that text would be hurt."""

_LEAST = 8
_DUMMY = "oao-replay"
"""What the dummy credentials that replay sets end in."""
_MARK = placeholder("environment")
_QUOTED_MARK = b'"' + _MARK + b'"'


def environment_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the secrets among the values of environment variables."""
    found = {value for name, value in environment.items() if _KEY_LIKE.search(name) and _is_secret(value)}
    found |= {word for value in environment.values() if "://" in value for word in _passwords(value)}
    return tuple(sorted(found))


def _is_secret(value: str) -> bool:
    return len(value) >= _LEAST and not value.endswith(_DUMMY) and not _HARMLESS.fullmatch(value)


def _passwords(value: str) -> Iterator[str]:
    for password in _USERINFO.findall(value):
        yield from (word for word in (password, unquote(password)) if _is_secret(word))


def written_forms(values: Iterable[str]) -> tuple[tuple[bytes, bytes], ...]:
    """Return each form that a value may stand in with what replaces it, the longest first."""
    forms = {form for value in values for form in _forms(value)}
    return tuple(sorted(forms, key=lambda form: (-len(form[0]), form)))


def _forms(value: str) -> Iterator[tuple[bytes, bytes]]:
    raw = value.encode("utf-8", "surrogateescape")
    yield raw, _QUOTED_MARK if value.startswith(("{", "[")) else _MARK
    for escaped in (
        _escape(value),
        _escape(value, ascii_only=True),
        _escape(_escape(value)),
        _escape(_escape(value, ascii_only=True)),
    ):
        yield escaped.encode("utf-8", "surrogateescape"), _MARK
        yield escaped.replace("/", "\\/").encode("utf-8", "surrogateescape"), _MARK
    yield quote(raw, safe="").encode(), _MARK
    yield quote(raw).encode(), _MARK
    yield quote_plus(raw).encode(), _MARK
    for offset in range(3):
        yield from ((form, _MARK) for form in _in_base64(raw, offset))


def _escape(value: str, *, ascii_only: bool = False) -> str:
    return json.dumps(value, ensure_ascii=ascii_only)[1:-1]


def _in_base64(raw: bytes, offset: int) -> Iterator[bytes]:
    """Yield the digits of base64 that are due to `raw` alone when it stands `offset` bytes after a group of three."""
    first, last = (0, 2, 3)[offset], (len(raw) + offset) * 8 // 6
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(b"\0" * offset + raw)[first:last]


def value_spans(data: bytes, forms: Iterable[tuple[bytes, bytes]]) -> Iterator[Span]:
    """Yield where known values stand."""
    for form, mark in [form for form in forms if form[0] in data]:
        at = data.find(form)
        while at >= 0:
            yield at, at + len(form), mark
            at = data.find(form, at + len(form))
