"""How a call that failed is made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

On: TypeAlias = type[BaseException] | str | int
"""An exception's class, or the name of one or of a base of it; or an HTTP status."""

NETWORK: tuple[On, ...] = (
    *("ConnectionError", "TimeoutError", "ConnectError", "TimeoutException"),
    *(408, 429, 500, 502, 503, 504),
)
"""Failures that may be over soon: connections, timeouts, busy servers."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How tool calls and requests that fail are made again; each attempt is an exchange of its own."""

    max_retries: int = 2
    initial_delay: float = 0.5
    """Seconds before the second attempt."""
    backoff: float = 2.0
    """What the delay is multiplied by after each attempt."""
    on: Sequence[On] = NETWORK
    tools: Sequence[str] = ("*",)
    """Patterns of the names of tools that are tried again; requests are, whichever host they go to."""
