"""Credentials of Google's clients: their tokens are no host calls, and in replay none are needed.

A token is fetched when the old one has expired, which says nothing about the agent: so it is not recorded, and in
replay any will do. Where calls of some kind are live, real ones are fetched.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.per_kind import PerKind
from pytest_oao.runtime.running import current

DUMMY = "oao-replay"
_PROJECTS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")
_TRANSPORTS = (
    "google.auth.transport.requests",
    "google.auth.transport.urllib3",
    "google.auth.transport._http_client",
)
_METADATA = "google.auth.compute_engine._metadata"
_TOKEN = {
    "access_token": DUMMY,
    "accessToken": DUMMY,  # of who impersonates another
    "expires_in": 3600,
    "expireTime": "2999-01-01T00:00:00Z",
    "token_type": "Bearer",
    "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "email": "default",
    "scopes": [],
}
_HEADERS = {"content-type": "application/json", "metadata-flavor": "Google"}


class GoogleCredentials:
    """Patches `google.auth.default`, the requests for tokens, and the look-out for a metadata server."""

    name = "google-credentials"
    modules = ("google.auth", _METADATA, *_TRANSPORTS)

    def install(self, module: str) -> Callable[[], None]:
        """Patch what `module` does for credentials."""
        patches, library = Patches(), sys.modules[module]
        if module in _TRANSPORTS:
            patches.wrap(library.Request, "__call__", _request)
        elif module == _METADATA:
            patches.wrap(library, "is_on_gce", _is_on_gce)
        else:
            patches.wrap(library, "default", _default)
        return patches.undo


def _needs_none() -> bool:
    """Whether a session is running in which every call is answered from its record."""
    gateway = current()
    return gateway is not None and not gateway.writes and not isinstance(gateway.source, PerKind)


def _request(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - the name of what it replaces
        if _needs_none():
            return SimpleNamespace(status=200, headers=_HEADERS, data=json.dumps(_TOKEN).encode())
        with perform():
            return original(self, *args, **kwargs)

    return __call__


def _is_on_gce(original: Callable[..., bool]) -> Callable[..., bool]:
    def is_on_gce(*args: Any, **kwargs: Any) -> bool:
        return not _needs_none() and original(*args, **kwargs)

    return is_on_gce


def _default(original: Callable[..., Any]) -> Callable[..., Any]:
    def default(*args: Any, **kwargs: Any) -> Any:
        gateway = current()
        if gateway is None or gateway.writes:
            return original(*args, **kwargs)
        from google.auth.exceptions import DefaultCredentialsError  # noqa: PLC0415 - the agent has imported google.auth

        try:
            return original(*args, **kwargs)
        except DefaultCredentialsError:
            project = next(filter(None, map(os.environ.get, _PROJECTS)), DUMMY)
            return _dummies(sys.modules["google.auth.credentials"])(), project

    return default


@cache
def _dummies(library: ModuleType) -> type:
    class Dummies(library.CredentialsWithQuotaProject):  # type: ignore[misc,name-defined]  # google-auth brings no types
        """Credentials whose token is a dummy, and never expires."""

        def __init__(self) -> None:
            super().__init__()
            self.token = DUMMY

        def refresh(self, request: object) -> None:
            del request
            self.token = DUMMY

        def with_quota_project(self, quota_project_id: str) -> Any:
            del quota_project_id
            return self

    return Dummies
