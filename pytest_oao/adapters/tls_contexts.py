"""TLS contexts that load the CA bundle when they are first used: in replay that is never, and saves 20 ms a client."""

import ssl
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class LazyContext:
    """Stands for the context that `make()` builds, and has it built when anything is asked of it.

    It is no SSLContext itself, since making even a bare one costs as much as making the rest of a client.
    """

    def __init__(self, make: Callable[[], ssl.SSLContext]) -> None:
        vars(self)["_make"] = make

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what isinstance() believes
        return ssl.SSLContext

    def __getattr__(self, name: str) -> Any:
        return getattr(self._built(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._built(), name, value)

    def _built(self) -> ssl.SSLContext:
        known: dict[str, Any] = vars(self)
        if "_real" not in known:
            known["_real"] = self._make()
        context: ssl.SSLContext = known["_real"]
        return context


class TlsContexts:
    """Patches how httpx and httpx2 make the context of a new client, while a session is running."""

    name = "tls"
    modules = ("httpx", "httpx2")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `create_ssl_context` where transports look it up; nothing where a generation has no such function."""
        patches = Patches()
        transports = sys.modules.get(f"{module}._transports.default")
        if transports is not None and hasattr(transports, "create_ssl_context"):
            patches.wrap(transports, "create_ssl_context", _lazily)
        return patches.undo


def _lazily(original: Callable[..., ssl.SSLContext]) -> Callable[..., ssl.SSLContext]:
    def create_ssl_context(*args: Any, **kwargs: Any) -> Any:
        verify = kwargs.get("verify", args[0] if args else True)
        if current() is None or isinstance(verify, ssl.SSLContext):
            return original(*args, **kwargs)
        return LazyContext(lambda: original(*args, **kwargs))

    return create_ssl_context
