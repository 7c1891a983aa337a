"""What a test made of its session's first halt: wrapped it, chained it, raised it again when it was taken down."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_oao.plugin.managed_test import ManagedTest


@contextmanager
def first_halt(test: ManagedTest) -> Iterator[None]:
    """Raise the first halt in place of what the test made of it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, pytest.exit.Exception):
        raise
    except BaseException:
        if test.gateway.halted is not None:
            raise test.gateway.halted  # noqa: B904 - what it became is its context
        raise


def tells_only(error: BaseException | None, halt: BaseException | None) -> bool:
    """Whether an error says no more than that a halt came."""
    if isinstance(error, BaseExceptionGroup):
        return all(tells_only(member, halt) for member in error.exceptions)
    return error is not None and (error is halt or tells_only(error.__cause__ or error.__context__, halt))


def unittest_failed(item: pytest.Item, halt: BaseException | None) -> bool:
    """Whether a unittest.TestCase failed: it keeps what its parts raise, one for the report of each phase.

    What came of the halt after the first is dropped: the halt is told once.
    """
    kept: list[pytest.ExceptionInfo[BaseException]] = getattr(item, "_excinfo", None) or []
    kept[1:] = [info for info in kept[1:] if not tells_only(info.value, halt)]
    return bool(kept)
