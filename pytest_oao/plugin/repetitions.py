"""What pytest keeps of a session's halt after the first telling: the same again from a teardown, or of a TestCase."""

from collections.abc import Iterator

import pytest


def tells_only(error: BaseException | None, halt: BaseException | None) -> bool:
    """Whether an error says no more than that a halt came."""
    if isinstance(error, BaseExceptionGroup):
        return all(tells_only(member, halt) for member in error.exceptions)
    return error is not None and (error is halt or tells_only(error.__cause__ or error.__context__, halt))


def others_than(told: BaseException, call: pytest.CallInfo[None]) -> list[BaseException]:
    """Return what fixtures raised besides what is told of their teardown: several may fail there, each on its own."""
    raised = call.excinfo.value if call.excinfo and call.when == "teardown" else None
    return [one for one in _each(raised) if not tells_only(one, told)]


def _each(error: BaseException | None) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _each(member)
    elif error is not None:
        yield error


def unittest_failed(item: pytest.Item, halt: BaseException | None) -> bool:
    """Whether a unittest.TestCase failed: it keeps what its parts raise, one for the report of each phase.

    What came of the halt after the first is dropped: the halt is told once.
    """
    kept: list[pytest.ExceptionInfo[BaseException]] = getattr(item, "_excinfo", None) or []
    kept[1:] = [info for info in kept[1:] if not tells_only(info.value, halt)]
    return bool(kept)
