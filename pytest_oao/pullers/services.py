"""A platform's HTTP API: asked with credentials of the environment, patiently, with errors that say what to set."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, TypeAlias
from urllib.parse import urljoin

from pytest_oao.cassette import limits
from pytest_oao.errors import BadOption, PullFailed
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.providers.fields import record, records, text
from pytest_oao.providers.payloads import loads
from pytest_oao.pullers.addresses import Address

Query: TypeAlias = Mapping[str, str | int]
_TOO_MANY = 429
_BUSY = frozenset({_TOO_MANY, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_NOT_THERE = frozenset({404, 405, 410, 501})
_OK = 200
_AGAIN = 4
"""How often a busy API is asked once more."""
_LONGEST_WAIT = 60.0
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """Where a platform's API is, and who asks it."""

    name: str
    address: Address
    headers: Mapping[str, str] = field(default_factory=dict)
    variables: str = ""
    """The environment variables that its credentials come from, for errors."""
    wait: Callable[[float], None] = time.sleep

    def get(self, path: str, query: Query | None = None) -> JSON:
        """Return what a path has; None where the API has no such thing. Raises PullFailed."""
        return self._ask("GET", path, query or {}, None)

    def post(self, path: str, body: JSON) -> JSON:
        """Return the answer to a query; None where the API has no such path. Raises PullFailed."""
        return self._ask("POST", path, {}, body)

    def page(self, answer: JSON, key: str) -> list[JSONObject]:
        """Return the records of a page, none of what the API does not have; raises PullFailed for what is no page."""
        listed = record(answer).get(key)
        if answer is not None and not isinstance(listed, list):
            raise self.stranger()
        return records(listed)

    def following(self, answer: JSON, asked: Mapping[str, JSON], *path: str) -> str:
        """Return where the next page begins, empty after the last; raises PullFailed where a page leads to itself."""
        value = answer
        for key in path:
            value = record(value).get(key)
        cursor = text(value)
        if cursor and cursor == asked.get("cursor"):
            raise self.stranger()
        return cursor

    def stranger(self) -> PullFailed:
        """Return the error for a server that is another's."""
        what = f"this server does not answer as {self.name} does; {self.address.origin}"
        return PullFailed(what, where=self.address.url, remedy=f"Give the address of an API of {self.name}.")

    def _ask(self, method: str, path: str, query: Query, body: JSON) -> JSON:
        url = f"{self.address.url.rstrip('/')}{path}"
        answer = self._patiently(method, url, query, body)
        if answer.status_code in _NOT_THERE:
            return None
        if answer.status_code in _REFUSED:
            what = f"{self.name} refused the credentials with status {answer.status_code}"
            raise PullFailed(what, where=url, remedy=f"See that {self.variables} are those of the project.")
        if answer.is_redirect:
            there = urljoin(url, answer.headers.get("location", "")).partition("?")[0]
            what = f"{self.name} answers at another address: {there}; {self.address.origin}"
            raise PullFailed(what, where=url, remedy="Give the address that it leads to.")
        if answer.status_code != _OK:
            what = f"{self.name} answered with status {answer.status_code}: {answer.text[:200]}"
            raise PullFailed(what, where=url, remedy="Try again later, or export the trace to a file.")
        return self._read(answer, url)

    def _read(self, answer: Any, url: str) -> JSON:  # noqa: ANN401 - httpx is imported late
        if len(answer.content) > limits.FILE_BYTES:
            what = f"the answer is larger than {limits.FILE_BYTES:,} bytes"
            raise PullFailed(what, where=url, remedy="Export the trace to a file.")
        value = loads(answer.content)
        if value is None:
            what = f"{self.name} answered with something else than JSON; {self.address.origin}"
            raise PullFailed(what, where=url, remedy="See that it is the address of its API.")
        return value

    def _patiently(self, method: str, url: str, query: Query, body: JSON) -> Any:  # noqa: ANN401 - the same
        """Ask, and ask again where the API is busy: after as long as it says."""
        answer = self._once(method, url, query, body)
        for attempt in range(_AGAIN):
            if answer.status_code not in _BUSY:
                break
            self.wait(_pause(answer.headers.get("retry-after", ""), attempt))
            answer = self._once(method, url, query, body)
        return answer

    def _once(self, method: str, url: str, query: Query, body: JSON) -> Any:  # noqa: ANN401 - the same
        httpx = _httpx()
        try:
            return _client().request(method, url, params=dict(query), json=body, headers=dict(self.headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = str(error).rstrip(".") or type(error).__name__
            what = f"{self.name} cannot be reached: {why}; {self.address.origin}"
            raise PullFailed(what, where=url, remedy="See that it is right, and that the server runs.") from error


def _pause(told: str, attempt: int) -> float:
    try:
        seconds = float(told)
    except ValueError:
        seconds = float(2**attempt)
    return min(max(seconds, 0.0), _LONGEST_WAIT)


@lru_cache(maxsize=1)
def _client() -> Any:  # noqa: ANN401 - the same
    """Return the one client of all services: to make one takes longer than to ask."""
    return _httpx().Client(timeout=_TIMEOUT)


def _httpx() -> Any:  # noqa: ANN401 - the module
    try:
        return import_module("httpx")
    except ImportError:
        return _httpx2()


def _httpx2() -> Any:  # noqa: ANN401 - the module
    """Return what newer SDKs bring in its place."""
    try:
        return import_module("httpx2")
    except ImportError as error:
        remedy = "Install the extra: pip install 'pytest-oao[pull]'"
        raise BadOption("to pull from a platform takes httpx or httpx2", remedy=remedy) from error


def variable(environment: Mapping[str, str], names: tuple[str, ...], default: str = "") -> str:
    """Return the first of the variables that is set."""
    return next((value for name in names if (value := environment.get(name, "").strip())), default)


def required(environment: Mapping[str, str], names: tuple[str, ...], service: str) -> str:
    """Return the first of the variables that is set; raises BadOption that names them."""
    value = variable(environment, names)
    if not value:
        what = f"to pull from {service} takes credentials, and {' or '.join(names)} is not set"
        raise BadOption(what, remedy=f"Set {names[0]} in the environment.")
    return value
