"""What an aiohttp request carries: read before it is sent, and sent as it was read."""

import sys
from typing import Any


class _Taken:
    """Takes down what a body writes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    async def write(self, chunk: Any, *_: object, **__: object) -> None:
        self.parts.append(bytes(chunk))

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.parts.append(chunk)


async def body_of(request: Any) -> bytes:
    """Return the bytes of a request's body; one that can be read but once is replaced by its bytes."""
    body = request.body
    if not body:
        return b""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    payloads = sys.modules["aiohttp.payload"]
    if isinstance(body, payloads.BytesPayload):
        return bytes(body._value)  # noqa: SLF001 - private in every version
    taken = _Taken()
    await body.write(taken)
    data = b"".join(taken.parts)
    replacement = payloads.BytesPayload(data, headers=getattr(body, "headers", None))
    if "_body" in vars(request):
        request._body = replacement  # noqa: SLF001 - the setter would change the headers
    else:
        request.body = replacement
    return data
