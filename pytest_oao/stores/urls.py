"""The URL of a store: what of it is told, which is never a password."""

from collections.abc import Iterator
from urllib.parse import SplitResult, unquote_plus, urlsplit, urlunsplit

from pytest_oao.errors import BadOption

_SECRET = ("username", "password", "pwd", "secret", "token", "key", "sig", "sas", "credential", "auth")
"""What is in the names of fields of a query that are told nobody."""
_DATABASES = frozenset({"redis", "rediss"})
"""Schemes of what has a number for a path: an `@` in it ends a user's name or a password."""
_WRITE = "in a user's name and a password, write %2F for `/`, %3F for `?`, %23 for `#`, %40 for `@`"


def shown_url(url: str) -> str:
    """Return a URL without the user's name and the password; of one whose host nobody can tell, only how it begins."""
    try:
        parts = _parts(url)
    except ValueError:
        return f"{url.partition('://')[0]}://..."
    query = "&".join(field for field in parts.query.split("&") if not _is_secret(field))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def require_url(url: str, kind: str, example: str) -> SplitResult:
    """Return the parts of a URL; raises BadOption where its host cannot be told, which does not repeat it."""
    try:
        return _parts(url)
    except ValueError:
        what, remedy = f"this is no URL of {kind}: its host and port cannot be told", f"give {example}; {_WRITE}"
        raise BadOption(what, where=shown_url(url), remedy=remedy) from None


def _parts(url: str) -> SplitResult:
    """Return the parts of a URL; raises ValueError where a password may have been taken for another part."""
    parts = urlsplit(url)
    _ = parts.port
    of_a_user = ":" in parts.netloc or "@" in parts.netloc
    if of_a_user and any("@" in part for part in _behind(parts)):
        raise ValueError(url)
    if parts.scheme in _DATABASES and "@" in parts.path:
        raise ValueError(url)
    return parts


def _behind(parts: SplitResult) -> Iterator[str]:
    """Yield what a password runs on into that has a `/`, a `#` or a `?`: an `@` there ends it."""
    yield parts.path
    yield parts.fragment
    yield from (field.partition("=")[0] for field in parts.query.split("&"))


def _is_secret(field: str) -> bool:
    name = unquote_plus(field.partition("=")[0]).lower()
    return any(secret in name for secret in _SECRET)
