"""Which headers a record keeps: those on this list, so that a secret in an unknown one is never written."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from pytest_oao.model.calls import Headers

Which = Literal["request", "response"]

_BOTH = frozenset({
    *("accept", "accept-ranges", "cache-control", "content-disposition", "content-encoding", "content-language"),
    *("content-location", "content-range", "content-type", "date", "idempotency-key", "range", "request-id", "vary"),
    *("x-request-id", "x-correlation-id", "traceparent"),
})  # fmt: skip
_REQUEST = frozenset({
    *("accept-language", "anthropic-beta", "anthropic-version", "depth", "if-match", "if-modified-since"),
    *("if-none-match", "if-unmodified-since", "openai-beta", "prefer", "user-agent", "x-goog-api-client"),
    *("x-http-method-override", "x-client-name", "x-amz-target", "api-version", "helicone-cache-enabled"),
    "x-stainless-retry-count",
})  # fmt: skip
_RESPONSE = frozenset({
    "sec-websocket-protocol",
    *("age", "allow", "apim-request-id", "cf-ray", "deprecation", "etag", "expires", "last-modified", "link"),
    *("location", "operation-location", "openai-model", "openai-processing-ms", "openai-version", "retry-after"),
    *("retry-after-ms", "server", "sunset", "via", "warning", "x-amzn-requestid"),
    *("x-amzn-errortype", "x-github-request-id", "x-next-page", "x-page", "x-per-page", "x-should-retry"),
    *("x-total", "x-total-count", "x-total-pages", "x-ms-region", "x-ms-request-id", "x-powered-by", "x-cache"),
})  # fmt: skip
_RESPONSE_PREFIXES = (
    *("x-ratelimit-", "ratelimit", "x-rate-limit-", "anthropic-ratelimit-", "openai-ratelimit-"),
    *("x-amzn-bedrock-", "x-ms-ratelimit-"),
)
_KEPT: dict[Which, frozenset[str]] = {"request": _BOTH | _REQUEST, "response": _BOTH | _RESPONSE}
_KEPT_PREFIXES: dict[Which, tuple[str, ...]] = {"request": (), "response": _RESPONSE_PREFIXES}
URLS = frozenset({"content-location", "link", "location", "operation-location"})
"""Headers whose value is a URL, or holds one."""


def kept_headers(headers: Iterable[tuple[str, str]], which: Which, also: frozenset[str] = frozenset()) -> Headers:
    """Return the headers of the allow-list and of `also` (lower case), in their order, as they were written."""
    return tuple([header for header in headers if _is_kept(header[0], which, also)])


@lru_cache(maxsize=1024)
def _is_kept(name: str, which: Which, also: frozenset[str]) -> bool:
    lower = name.lower()
    return lower in also or is_in(lower, _KEPT[which], _KEPT_PREFIXES[which])


def is_in(name: str, names: frozenset[str], prefixes: tuple[str, ...]) -> bool:
    """Whether a lower-case name is listed, whole or by its beginning."""
    return name in names or name.startswith(prefixes)
