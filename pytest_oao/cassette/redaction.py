"""The redactor: takes secrets out of texts, bodies, streams, headers and URLs before they are written or compared."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from threading import Lock

from pytest_oao.cassette.environment import LATE
from pytest_oao.cassette.fragments import fragment_spans, is_event_stream
from pytest_oao.cassette.kept_headers import URLS, Which, kept_headers
from pytest_oao.cassette.secret_fields import field_spans
from pytest_oao.cassette.secret_headers import hidden
from pytest_oao.cassette.secret_patterns import pattern_spans
from pytest_oao.cassette.secret_urls import parameter_spans, password_spans, token_spans
from pytest_oao.cassette.secret_values import environment_values, value_spans, written_forms
from pytest_oao.cassette.spans import Span, apply, apply_to_parts, merge, placeholder
from pytest_oao.cassette.user_patterns import UserPattern, user_pattern
from pytest_oao.model.calls import Headers

RULE_SET = "oao-1"
"""Names the rules that ship as a whole: it changes when one of them does."""
_SHORT, _KNOWN = 512, 512
"""Texts of so many characters, and so many of them, are remembered: addresses and headers come with every call."""
_CLIENTS = 64
"""So many sets of headers are remembered: a client sends the same ones with every call."""
_USERINFO = re.compile(rb"(?<=://)[^/?#\s@]++(?=@)")
_STRUCTURE = re.compile(rb"[][{}\"]")
_USERINFO_MARK = placeholder("url-password")


class Redactor:
    """Replaces each secret by a placeholder that names the rule: the same everywhere, and in every process."""

    def __init__(
        self,
        values: Iterable[str] = (),
        patterns: Sequence[UserPattern] = (),
        headers: Collection[str] = (),
    ) -> None:
        self._values = frozenset(values)
        self._forms = written_forms(self._values)
        self._wide = _wide(self._forms)
        self._heard: int | None = None
        """How many late secrets are known here; None where the environment is not this process's."""
        self._hearing = Lock()
        self._patterns = tuple(patterns)
        self._headers = frozenset(name.lower() for name in headers)
        self._known_text = lru_cache(maxsize=_KNOWN)(self._text)
        self._known_url = lru_cache(maxsize=_KNOWN)(self._url)
        self._known_headers = lru_cache(maxsize=_CLIENTS)(self._kept_headers)
        self.names: tuple[str, ...] = (RULE_SET, "custom") if patterns else (RULE_SET,)

    @property
    def rules(self) -> tuple[str, ...]:
        """What tells redactors apart, the secrets of an environment aside."""
        patterns = (f"pattern {one.pattern.pattern!r}" for one in self._patterns)
        return (*self.names, *patterns, *(f"header {name}" for name in sorted(self._headers)))

    @classmethod
    def of(
        cls,
        patterns: Iterable[str] = (),
        *,
        values: Iterable[str] = (),
        headers: Collection[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> "Redactor":
        """Make a redactor that knows the secrets of the environment; raises BadOption for a bad pattern.

        Unless an `environment` is given, those count too that are set there later, as `.env` files and fixtures do.
        `patterns` are regexes and `values` are literals of one's own; `headers` are kept beyond the allow-list.
        """
        if environment is None:
            LATE.watch()
        heard = len(LATE.values)
        known = environment_values(os.environ if environment is None else environment)
        redactor = cls((*known, *values), tuple(map(user_pattern, patterns)), headers)
        redactor._heard = heard if environment is None else None
        return redactor

    def text(self, text: str) -> str:
        """Return the text with each secret replaced."""
        self._keep_up()
        return self._known_text(text) if len(text) <= _SHORT else self._text(text)

    def _keep_up(self) -> None:
        """Take in the secrets that were set since; those of before stay secrets."""
        if self._heard is None or self._heard == len(LATE.values):
            return
        with self._hearing:
            late = LATE.values[self._heard :]
            self._values |= set(late)
            self._forms = written_forms(self._values)
            self._wide = _wide(self._forms)
            for known in (self._known_text, self._known_url, self._known_headers):
                known.cache_clear()
            self._heard += len(late)  # last: whoever sees it uses what was heard

    def _text(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        clean = self.data(data)
        return text if clean is data else clean.decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """Return the bytes with each secret replaced; the same object when there was none."""
        self._keep_up()
        spans = self._stream_spans(data) if is_event_stream(data) else self._find(data)
        return apply(data, spans) if spans else data

    def reaches_across(self, data: bytes) -> bool:
        """Whether a rule finds something that may see more than one value of a text at once, or look at its ends."""
        self._keep_up()
        if not self._wide and not self._patterns:
            return False
        if any(form in data for form in self._wide):
            return True
        return any(span[0] < span[1] for pattern in self._patterns for span in pattern.spans(data))

    def stream(self, parts: Sequence[bytes]) -> list[bytes]:
        """Return as many parts, with secrets replaced wherever the stream was cut: in its bytes or in its events."""
        self._keep_up()
        spans = self._stream_spans(b"".join(parts))
        return apply_to_parts(parts, spans) if spans else list(parts)

    def headers(self, headers: Headers, which: Which) -> Headers:
        """Return the headers that records keep, their values without secrets."""
        self._keep_up()
        return self._known_headers(headers, which)

    def _kept_headers(self, headers: Headers, which: Which) -> Headers:
        return tuple(
            (name, self._header(name.lower(), value)) for name, value in kept_headers(headers, which, self._headers)
        )

    def _header(self, name: str, value: str) -> str:
        if name in URLS:
            return self.url(value)
        instead = hidden(name, value) if name in self._headers else None
        return self.text(value) if instead is None else instead

    def form(self, data: bytes) -> bytes:
        """Return the bytes of a form with each secret replaced; the same object when there was none."""
        self._keep_up()
        spans = merge(data, [*self._find(data), *token_spans(data)])
        return apply(data, spans) if spans else data

    def url(self, url: str) -> str:
        """Return the URL with its secrets replaced, user and password too; what stands before it is left."""
        self._keep_up()
        return self._known_url(url) if len(url) <= _SHORT else self._url(url)

    def _url(self, url: str) -> str:
        data = url.encode("utf-8", "surrogatepass")
        users = [(*match.span(), _USERINFO_MARK) for match in _USERINFO.finditer(data)]
        clean = self.form(apply(data, merge(data, users)))
        fragment = clean.replace(b"#", b"&")  # what is no query may be one all the same: `#access_token=…`
        clean = apply(clean, merge(clean, self._find(fragment))) if fragment != clean else clean
        return url if clean == data else clean.decode("utf-8", "surrogatepass")

    def _stream_spans(self, data: bytes) -> list[Span]:
        return merge(data, chain(self._find(data), fragment_spans(data, self._find)))

    def _find(self, data: bytes) -> list[Span]:
        lower = data.lower()
        spans = pattern_spans(data, lower)
        spans += field_spans(data, lower)
        if b"=" in data:
            spans += parameter_spans(data, lower)
        if b"@" in data:
            spans += password_spans(data)
        if self._forms:
            spans += value_spans(data, self._forms)
        for pattern in self._patterns:
            spans += pattern.spans(data)
        return merge(data, spans) if spans else spans


def _wide(forms: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, ...]:
    """Return the forms of known values that have JSON's own signs in them."""
    return tuple(form for form, _ in forms if _STRUCTURE.search(form))
