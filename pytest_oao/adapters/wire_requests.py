"""A request of http.client as it is written to the socket, piece by piece, until it is whole."""

from pytest_oao.adapters.wire_chunks import unchunked
from pytest_oao.model.calls import Headers
from pytest_oao.providers.http_headers import header

_END_OF_HEAD = b"\r\n\r\n"


class WireRequest:
    """The bytes of one request, and what they say."""

    def __init__(self) -> None:
        self.method = ""
        self.path = ""
        self.headers: Headers = ()
        self._parts: list[bytes] = []
        self._head = 0
        self._length: int | None = None
        self._size = 0
        self._tail = b""

    @property
    def data(self) -> bytes:
        """All that was written."""
        return b"".join(self._parts)

    @property
    def body(self) -> bytes:
        """What follows the head, without the frames of its chunks."""
        body = self.data[self._head :]
        return b"".join(unchunked(body).chunks) if self._chunked else body

    @property
    def whole(self) -> bool:
        """Whether nothing of it is to come."""
        if not self._head:
            return False
        if self._chunked:
            return self._tail == _END_OF_HEAD and unchunked(self.data[self._head :]).ended  # as trailers end, too
        return self._size - self._head >= (self._length or 0)

    @property
    def _chunked(self) -> bool:
        return "chunked" in header(self.headers, "transfer-encoding").lower()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._parts.append(data)
        self._size += len(data)
        self._tail = (self._tail + data)[-len(_END_OF_HEAD) :]
        if not self._head:
            whole = self.data
            end = whole.find(_END_OF_HEAD)
            if end >= 0:
                self._head = end + len(_END_OF_HEAD)
                self._read_head(whole[:end].decode("latin-1"))

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        self.method, _, rest = first.partition(" ")
        self.path = rest.rpartition(" ")[0]
        pairs = [line.partition(":") for line in lines]
        self.headers = tuple([(name, value.strip()) for name, _, value in pairs])
        length = header(self.headers, "content-length")
        self._length = int(length) if length.isdigit() else None
