"""How a call that failed is made again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_oao.policy.faults import Fault
from pytest_oao.policy.field_values import amount, at, listed, name, whole

On: TypeAlias = type[BaseException] | str | int
"""An exception's class, or the name of one or of a base of it; or an HTTP status."""

NETWORK: tuple[On, ...] = (
    *("ConnectionError", "TimeoutError", "ConnectError", "TimeoutException"),
    *(408, 429, 500, 502, 503, 504),
)
"""Failures that may be over soon: connections, timeouts, busy servers."""

_STATUSES = range(400, 600)
ENDS = (
    *("OaoHalt", "PolicyViolation", "Diverged", "CancelledError"),
    *("BaseException", "BaseExceptionGroup", "GeneratorExit", "KeyboardInterrupt", "SystemExit"),
)
"""Names of what is meant to end a run."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How tool calls and requests that fail are made again; each attempt is an exchange of its own.

    Raises BadPolicy where it cannot be.
    """

    max_retries: int = 2
    initial_delay: float = 0.5
    """Seconds before the second attempt."""
    backoff: float = 2.0
    """What the delay is multiplied by after each attempt."""
    on: Sequence[On] = NETWORK
    tools: Sequence[str] = ("*",)
    """Patterns of the names of tools that are tried again; requests are, whichever host they go to."""

    def __post_init__(self) -> None:
        for key, check in RETRY_CHECKS.items():
            try:
                object.__setattr__(self, key, at(key, check, getattr(self, key)))
            except Fault as fault:
                raise fault.located("Retry") from None


def _backoff(value: object) -> float:
    number = amount(value)
    if number < 1:
        raise Fault(f"{value!r} is below 1: each delay would be shorter", remedy="write 1 for equal delays")
    return number


def _on(value: object) -> On:
    if isinstance(value, type) and issubclass(value, BaseException):
        if not issubclass(value, Exception):
            raise _ending(value.__name__)
        return value
    return _status(value) if not isinstance(value, str) else _named(value)


def _named(value: str) -> str:
    if not all(part.isidentifier() for part in value.split(".")):
        raise Fault(f"{value!r} is no name of an exception", remedy='write "TimeoutError", or a status as a number')
    if value.rpartition(".")[2] in ENDS:
        raise _ending(value)
    return value


def _status(value: object) -> int:
    status = whole(value)
    if status not in _STATUSES:
        raise Fault(f"{status} is no HTTP status of a failure", remedy="those are 400 to 599")
    return status


def _ending(name: str) -> Fault:
    return Fault(f"{name} ends a run, and is never retried", remedy="name an exception below Exception")


RETRY_CHECKS: dict[str, Callable[[Any], Any]] = {
    "max_retries": whole,
    "initial_delay": amount,
    "backoff": _backoff,
    "on": listed(_on, least=1),
    "tools": listed(name),
}
