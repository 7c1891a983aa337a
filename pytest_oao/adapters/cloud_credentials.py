"""How cloud SDKs come by their credentials: no call of the agent's, full of secrets, and not made at all in replay.

Which calls it takes depends on the machine: none where keys are in the environment, several on a server in the cloud.
"""

import os
import sys
from collections.abc import Callable
from typing import Any, ClassVar

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import perform, performing
from pytest_oao.runtime.running import current

_AWS = "botocore.credentials"
_GOOGLE = "google.auth"
_GOOGLES_OWN = ("google.auth.transport.requests", "google.auth.transport.urllib3", "google.auth.transport._http_client")
"""What google-auth itself makes its requests with; the agent's own requests go another way."""
_TOKEN = "oao-replay"  # noqa: S105 - a dummy
_PROJECTS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")


class CloudCredentials:
    """Patches where botocore and google-auth load and renew credentials."""

    name = "cloud credentials"
    modules = (_AWS, _GOOGLE, *_GOOGLES_OWN)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`."""
        patches, library = Patches(), sys.modules[module]
        if module == _AWS:
            patches.wrap(library.CredentialResolver, "load_credentials", _unseen)
            patches.wrap(library.RefreshableCredentials, "_protected_refresh", _unseen)
        elif module == _GOOGLE:
            patches.wrap(library, "default", _dummy_in_replay)
        else:
            patches.wrap(library.Request, "__call__", _token_in_replay)
        return patches.undo


class _Token:
    """The answer of an authorization server."""

    status = 200
    headers: ClassVar = {"content-type": "application/json"}
    data = f'{{"access_token": "{_TOKEN}", "expires_in": 3600, "token_type": "Bearer"}}'.encode()


def _unseen(original: Callable[..., Any]) -> Callable[..., Any]:
    """Have what is done inside be no host call, while recording: replay needs none of it."""

    def load(*args: Any, **kwargs: Any) -> Any:
        gateway = current()
        if gateway is None or not gateway.writes:
            return original(*args, **kwargs)
        with perform():
            return original(*args, **kwargs)

    return load


def _dummy_in_replay(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return credentials that need no key and never expire, and a project, where a session is replayed."""
    seen = _unseen(original)

    def default(*args: Any, **kwargs: Any) -> Any:
        if not _replaying():
            return seen(*args, **kwargs)
        from google.oauth2.credentials import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - late
            Credentials,
        )

        project = next(filter(None, map(os.environ.get, _PROJECTS)), _TOKEN)
        return Credentials(token=_TOKEN), project  # type: ignore[no-untyped-call,unused-ignore]

    return default


def _token_in_replay(original: Callable[..., Any]) -> Callable[..., Any]:
    """Answer credentials that are to be renewed with a token of no use, where a session is replayed."""
    seen = _unseen(original)

    def ask(*args: Any, **kwargs: Any) -> Any:
        return _Token() if _replaying() else seen(*args, **kwargs)

    return ask


def _replaying() -> bool:
    gateway = current()
    return gateway is not None and not gateway.writes and not performing()
