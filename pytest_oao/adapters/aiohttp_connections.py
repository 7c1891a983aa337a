"""A connection of aiohttp's in replay: takes the request, and gives the head of the recorded response."""

import asyncio
from types import ModuleType
from typing import Any


class Nowhere(asyncio.Transport):
    """A transport that sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = False

    def write(self, data: Any) -> None:
        """Drop it."""

    def writelines(self, list_of_data: Any) -> None:
        """Drop them."""

    def can_write_eof(self) -> bool:
        """Say no: there is nobody to tell."""
        return False

    def get_write_buffer_size(self) -> int:
        """Return that all is gone."""
        return 0

    def pause_reading(self) -> None:
        """Read on: all that comes was asked for."""

    def resume_reading(self) -> None:
        """Read on."""

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    def close(self) -> None:
        """Close it."""
        self._closing = True

    def abort(self) -> None:
        """Close it."""
        self._closing = True


class NoPool:
    """Stands for the connector that takes a connection back, and keeps none."""

    force_close = False
    _loop = None

    def _release(self, key: object, protocol: Any, *, should_close: bool = False) -> None:
        del key, should_close
        protocol.close()


def connection_to_nowhere(library: ModuleType, request: Any, loop: Any) -> Any:
    """Return a connection of the library's own over a transport that sends nothing."""
    protocol = library.client_proto.ResponseHandler(loop)
    protocol.connection_made(Nowhere())
    return library.connector.Connection(NoPool(), request.connection_key, protocol, loop)
