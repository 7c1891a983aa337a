"""The bytes of a request or of a response."""

import json
from collections.abc import Callable
from hashlib import sha256

from pytest_oao.model.jsontypes import JSON


class Body:
    """Bytes with their media type and sha256, rebuilt from the record only when somebody asks for them.

    Two bodies are equal when their bytes are: `==` and `hash` go by the sha256.
    """

    __slots__ = ("_data", "_load", "_sha256", "media_type", "parsed")

    parsed: tuple[JSON] | None
    """What the bytes say as JSON, where they were made of it, compact and as all write it; nobody may change it."""
    _data: bytes | None
    _load: Callable[[], bytes] | None
    _sha256: str

    def __init__(self, data: bytes = b"", media_type: str = "", parsed: tuple[JSON] | None = None) -> None:
        self.parsed = parsed
        self._data = data
        self._load = None
        self._sha256 = ""
        self.media_type = media_type

    @classmethod
    def deferred(
        cls, load: Callable[[], bytes], sha256: str, media_type: str = "", parsed: tuple[JSON] | None = None
    ) -> "Body":
        """Make a body whose bytes `load()` returns, on each call, and whose `sha256` (hex) is known."""
        body = cls(b"", media_type, parsed)
        body._data = None
        body._load = load
        body._sha256 = sha256
        return body

    @property
    def data(self) -> bytes:
        """The bytes as sent or received."""
        if self._data is not None:
            return self._data
        assert self._load is not None
        return self._load()

    @property
    def at_hand(self) -> bool:
        """Whether the bytes need not be loaded."""
        return self._data is not None

    @property
    def sha256(self) -> str:
        """The sha256 of the bytes, in hex."""
        if not self._sha256:
            self._sha256 = sha256(self.data).hexdigest()
        return self._sha256

    def json(self) -> JSON:
        """Parse the bytes as JSON; raises ValueError where they are none."""
        value: JSON = json.loads(self.data)
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Body):
            return NotImplemented
        return self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"Body(sha256={self.sha256[:12]}…, media_type={self.media_type!r})"


EMPTY = Body()
