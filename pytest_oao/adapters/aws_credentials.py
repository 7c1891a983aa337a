"""How botocore comes by its credentials: no call of the agent's, full of secrets, and not made at all in replay.

Which calls it takes depends on the machine: none where keys are in the environment, several on a server in the cloud.
"""

import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.running import current


class AwsCredentials:
    """Patches where botocore loads and renews credentials."""

    name = "aws credentials"
    modules = ("botocore.credentials",)

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`."""
        patches, library = Patches(), sys.modules[module]
        patches.wrap(library.CredentialResolver, "load_credentials", _unseen)
        patches.wrap(library.RefreshableCredentials, "_protected_refresh", _unseen)
        return patches.undo


def _unseen(original: Callable[..., Any]) -> Callable[..., Any]:
    """Have what is done inside be no host call, while recording: replay needs none of it."""

    def load(*args: Any, **kwargs: Any) -> Any:
        gateway = current()
        if gateway is None or not gateway.writes:
            return original(*args, **kwargs)
        with perform():
            return original(*args, **kwargs)

    return load
