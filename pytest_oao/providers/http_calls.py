"""An HTTP request as a host call: the one place where adapters and importers agree on what is compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Headers
from pytest_oao.model.jsontypes import JSON
from pytest_oao.providers.description import request_attributes
from pytest_oao.providers.http_headers import media_type
from pytest_oao.providers.payloads import quick_loads
from pytest_oao.providers.recognition import Recognised, recognise

_KEY = "key"
"""The parameter in which Gemini takes an API key: who asks says nothing about what is asked, and replay has no key."""
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_STREAMS = ("text/event-stream", "application/vnd.amazon.eventstream", "application/x-ndjson", "application/jsonl")


def is_streamed(content_type: str) -> bool:
    """Whether bodies of a media type are sent piece by piece, as they come to be."""
    return content_type.lower().startswith(_STREAMS)


def http_call(
    method: str,
    url: str,
    headers: Headers,
    body: bytes,
    *,
    lane: str = "0",
) -> Call:
    """Return the call that a request makes, not described: a call that is only compared needs no attributes."""
    address = _address(method, url)
    return Call(
        kind=address.found.provider.operation if address.found else "http",
        target=address.target,
        body=Body(body, media_type(headers)),
        lane=lane,
        url=url,
        headers=headers,
    )


def compared_address(url: str) -> str:
    """Return a URL as it is compared: without the port of a test server, and with its query in order."""
    try:
        parts = urlsplit(url)
        return f"{_origin(parts)}{parts.path or '/'}{_sorted_query(parts.query)}"
    except ValueError:
        return url


def attributes_of(call: Call) -> Mapping[str, JSON]:
    """Return what the request of a model call says; nothing of another call."""
    address = _address(call.target.partition(" ")[0], call.url)
    if call.kind == "http" or address.found is None:
        return {}
    body = call.body.parsed[0] if call.body.parsed else quick_loads(call.body.data)
    return request_attributes(address.found, address.host, address.path, body)


def host_of(call: Call) -> str:
    """Return the host that a call's URL names, or the empty string."""
    return _address(call.target.partition(" ")[0], call.url).host


@dataclass(frozen=True, slots=True)
class _Address:
    """What the request line alone says."""

    target: str
    host: str
    path: str
    found: Recognised | None


@lru_cache(maxsize=512)
def _address(method: str, url: str) -> _Address:
    """Take a URL apart; one that cannot be is compared as it stands."""
    method = method.upper()
    try:
        parts = urlsplit(url)
        origin = _origin(parts)
    except ValueError:
        return _Address(f"{method} {url}", "", "", None)
    found = recognise(method, parts.path)
    place = found.endpoint if found else f"{origin}{parts.path or '/'}"
    query = _sorted_query(parts.query, leave_out=_KEY if found else "")
    return _Address(f"{method} {place}{query}", parts.hostname or "", parts.path, found)


def _origin(parts: SplitResult) -> str:
    """Return `scheme://host`, and the port where it is neither the scheme's own nor one of this machine.

    Test servers on this machine get another port on each run.
    """
    host = parts.hostname or ""
    port = parts.port
    shown = f"[{host}]" if ":" in host else host
    if port is None or port == _DEFAULT_PORTS.get(parts.scheme) or _is_loopback(host):
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{port}"


def _is_loopback(host: str) -> bool:
    if host in {"localhost", "::1"}:
        return True
    return host.startswith("127.") and host.count(".") == 3 and host.replace(".", "").isdigit()  # noqa: PLR2004 - IPv4


def _sorted_query(query: str, *, leave_out: str = "") -> str:
    """Return the query with its parameters by name, since their order says nothing; those of one name keep theirs."""
    pairs = sorted(query.split("&"), key=_name) if query else []
    kept = [pair for pair in pairs if not leave_out or _name(pair) != leave_out]
    return "?" + "&".join(kept) if kept else ""


def _name(pair: str) -> str:
    return pair.partition("=")[0]
