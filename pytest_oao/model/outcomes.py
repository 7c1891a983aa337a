"""What came back from a host call."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Headers
from pytest_oao.model.jsontypes import JSON

DENIED = "PolicyViolation"
"""The type of what stands in place of an outcome where a policy did not let a call be made."""
REFUSED = "ToolRefused"
"""The type of what came of a tool that a person did not let run, where an import's source tells it so."""
FIRST_ERROR = 400
"""HTTP statuses from here on are errors, of the client or of the server."""


@dataclass(frozen=True, slots=True)
class Head:
    """The status line and the headers of an HTTP response."""

    status: int
    headers: Headers = ()
    http_version: str = "HTTP/1.1"

    @property
    def failed(self) -> bool:
        """Whether the status is that of a request that failed."""
        return self.status >= FIRST_ERROR


@dataclass(frozen=True, slots=True)
class Raised:
    """The call raised: the exception's class name within its library, and its message."""

    type: str
    """`ConnectError`, `ReadTimeout`, …: a name that the adapter looks up in its own list, never an import path."""
    message: str = ""
    detail: JSON = field(default=None, hash=False)
    """The exception as plain data, where it is not one of an adapter's own list: class, arguments, state."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The call returned a whole value."""

    body: Body = EMPTY
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Streamed:
    """The call returned a stream: its bytes, where they were cut into chunks, when each came, and how it ended."""

    body: Body = EMPTY
    head: Head | None = None
    sizes: tuple[int, ...] = ()
    """Bytes in each chunk, in order; their sum is the length of the body."""
    times: tuple[float, ...] = ()
    """Seconds from the start of the call to each chunk; as many as `sizes`, or none where unknown."""
    end: Literal["complete", "closed"] | Raised = "complete"
    """`complete`: read to its end; `closed`: the agent closed it early; `Raised`: it broke."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in the chunks it came in."""
        data, start = self.body.data, 0
        for size in self.sizes:
            yield data[start : start + size]
            start += size


Outcome: TypeAlias = Returned | Streamed | Raised


def was_denied(outcome: Outcome) -> bool:
    """Whether a policy did not let the call be made."""
    return _is_no(outcome, DENIED)


def was_made(outcome: Outcome) -> bool:
    """Whether a call was made at all: neither a policy nor a person said no to it."""
    return not _is_no(outcome, DENIED, REFUSED)


def _is_no(outcome: Outcome, *types: str) -> bool:
    """Whether one of these stands in place of an outcome; an exception of an agent's own that is called so has data."""
    return isinstance(outcome, Raised) and outcome.type in types and outcome.detail is None


def is_whole(outcome: Outcome) -> bool:
    """Whether an answer came, and came to its end: nothing that was raised, cancelled, or closed before."""
    return not isinstance(outcome, Raised) and (not isinstance(outcome, Streamed) or outcome.end == "complete")
