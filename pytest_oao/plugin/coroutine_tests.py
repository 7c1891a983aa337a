"""Tests that are coroutines: a halt leaves them as a failure of pytest's, which whoever runs them is prepared for.

anyio runs test after test in one task. Any other BaseException ends that task, which then tells it by itself, late.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

import pytest

from pytest_oao.plugin.teardowns import halt_told


@contextmanager
def halts_carried(item: pytest.Function) -> Iterator[None]:
    """Carry a halt of a test's coroutine past who runs it, and raise it as it was."""
    if not iscoroutinefunction(item.obj):
        yield
        return
    function, item.obj = item.obj, _carrying(item.obj)
    try:
        yield
    except pytest.fail.Exception as failed:
        if failed.__cause__ is None or halt_told(failed.__cause__) is None:
            raise
        raise failed.__cause__ from None
    finally:
        item.obj = function


def _carrying(function: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @wraps(function)
    async def test(**fixtures: Any) -> None:
        try:
            await function(**fixtures)
        except BaseException as error:
            if halt_told(error) is None:
                raise
            raise pytest.fail.Exception(str(error)) from error

    return test
