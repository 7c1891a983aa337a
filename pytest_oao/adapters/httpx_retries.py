"""Requests of httpx that are made again where the policy says so: after a failure, or an answer that says to wait."""

from collections.abc import Awaitable, Callable
from typing import Any

from pytest_oao.runtime.retrying import Tries


def retried(tries: Tries, answer: Callable[[], Any]) -> Any:
    """Return the response of the first attempt that needs no other one; those before are read and closed."""
    while True:
        try:
            response = answer()
            if not tries.again_after(response.status_code):
                return response
            response.read()
            response.close()
        except Exception as error:
            if not tries.again(error):
                raise
        tries.wait()


async def retried_async(tries: Tries, answer: Callable[[], Awaitable[Any]]) -> Any:
    """Return the response of the first attempt that needs no other one; those before are read and closed."""
    while True:
        try:
            response = await answer()
            if not tries.again_after(response.status_code):
                return response
            await response.aread()
            await response.aclose()
        except Exception as error:
            if not tries.again(error):
                raise
        await tries.wait_async()
