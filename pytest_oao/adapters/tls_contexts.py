"""TLS contexts that load the CA bundle when they are first used: in replay that is never, and saves 20 ms a client."""

import ssl
import sys
from collections.abc import Callable
from typing import Any

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current


class LazyContext(ssl.SSLContext):
    """Stands for the context that `make()` builds, and has it built at the first connection."""

    _make: Callable[[], ssl.SSLContext]
    _real: ssl.SSLContext | None
    _alpn: list[str] | None

    @classmethod
    def of(cls, make: Callable[[], ssl.SSLContext]) -> "LazyContext":
        """Return a context that costs nothing until it is used."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context._make, context._real, context._alpn = make, None, None
        return context

    def set_alpn_protocols(self, alpn_protocols: Any) -> None:
        """Keep the protocols for the context to come."""
        self._alpn = list(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Wrap a socket with the real context."""
        return self._built().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Wrap buffers with the real context."""
        return self._built().wrap_bio(*args, **kwargs)

    def _built(self) -> ssl.SSLContext:
        if self._real is None:
            self._real = self._make()
        if self._alpn is not None:
            self._real.set_alpn_protocols(self._alpn)
        return self._real


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
    def create_ssl_context(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        verify = kwargs.get("verify", args[0] if args else True)
        if current() is None or isinstance(verify, ssl.SSLContext):
            return original(*args, **kwargs)
        return LazyContext.of(lambda: original(*args, **kwargs))

    return create_ssl_context
