"""Secrets in headers that a project keeps beyond the allow-list: cookies, and what is named as secrets are."""

import json
import re

from pytest_oao.cassette.secret_fields import field_spans
from pytest_oao.cassette.spans import placeholder

_PAIR = re.compile(r"((?:\A|;)[^=;]*=\s*)[^;]+")
_COOKIES = {"cookie": 0, "set-cookie": 1}
"""How many pairs of each are cookies, 0 for all: the others of Set-Cookie are attributes."""
_COOKIE_MARK = placeholder("cookie").decode()
_MARK = placeholder("field").decode()


def hidden(name: str, value: str) -> str | None:
    """Return what stands in place of the value of a header (lower case), None where its name tells of no secret."""
    if name in _COOKIES:
        return _PAIR.sub(rf"\1{_COOKIE_MARK}", value, count=_COOKIES[name])
    data = json.dumps({name: value}).encode()
    return _MARK if any(field_spans(data, data.lower())) else None
