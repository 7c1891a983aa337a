"""Calls that failed, made again as the policy says; each attempt is a call of its own."""

from asyncio import _get_running_loop
from asyncio import sleep as sleep_on_asyncio
from collections.abc import Iterable
from time import sleep
from typing import Any

from pytest_oao.model.kinds import TOOL
from pytest_oao.policy.patterns import NamePattern
from pytest_oao.policy.retries import On, Retry
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import performing
from pytest_oao.runtime.running import current


class Tries:
    """The attempts of one call: says after each that failed whether there is another one, and waits before it."""

    def __init__(self, gateway: Gateway, retry: Retry) -> None:
        self._gateway, self._retry = gateway, retry
        self._left, self._delay = retry.max_retries, retry.initial_delay

    def again(self, error: BaseException) -> bool:
        """Whether a call that raised this is to be made again."""
        return self._left > 0 and isinstance(error, Exception) and _is_one(error, self._retry.on)

    def again_after(self, status: int) -> bool:
        """Whether a request that was answered with this HTTP status is to be made again."""
        return self._left > 0 and status in self._retry.on

    def wait(self) -> None:
        """Wait before the next attempt; in a replay, not at all."""
        sleep(self._next())

    async def wait_async(self) -> None:
        """Wait before the next attempt, on whichever event loop runs."""
        seconds = self._next()
        if _get_running_loop() is not None:
            await sleep_on_asyncio(seconds)
            return
        from trio import sleep as sleep_on_trio  # noqa: PLC0415 - the loop that runs is trio's

        await sleep_on_trio(seconds)

    def _next(self) -> float:
        self._left -= 1
        delay, self._delay = self._delay, self._delay * self._retry.backoff
        return self._gateway.source.delay(delay)


class _Once(Tries):
    """There is no second attempt."""

    def __init__(self) -> None:
        pass

    def again(self, error: BaseException) -> bool:
        """Return False."""
        del error
        return False

    def again_after(self, status: int) -> bool:
        """Return False."""
        del status
        return False


ONCE = _Once()


def tries_of_tool(kind: str, name: str) -> Tries:
    """Return how often the call of a tool is tried that is made here."""
    gateway = current()
    retry = _retry(gateway)
    if gateway is None or retry is None or kind != TOOL or performing():
        return ONCE
    return Tries(gateway, retry) if any(NamePattern.of(one).matches(name) for one in retry.tools) else ONCE


def tries_of_request(gateway: Gateway) -> Tries:
    """Return how often a request is tried."""
    retry = _retry(gateway)
    return ONCE if retry is None else Tries(gateway, retry)


def _retry(gateway: Gateway | None) -> Retry | None:
    policy = gateway.warden.policy if gateway is not None else None
    return policy.retry if policy is not None else None


def _is_one(error: Exception, on: Iterable[On]) -> bool:
    names = {base.__name__ for base in type(error).__mro__}
    status = _status(error)
    return any(
        isinstance(error, one) if isinstance(one, type) else one in names if isinstance(one, str) else one == status
        for one in on
    )


def _status(error: Any) -> int | None:  # noqa: ANN401 - an exception of any library
    """Return the HTTP status that an exception tells, as those of most clients do."""
    status = getattr(error, "status_code", getattr(getattr(error, "response", None), "status_code", None))
    return status if isinstance(status, int) else None
