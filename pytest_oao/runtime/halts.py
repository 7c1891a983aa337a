"""What an agent made of its session's first halt: wrapped it, chained it, swallowed it and failed of something else."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.errors import PolicyViolation
from pytest_oao.model.sessions import Ending
from pytest_oao.runtime.gateway import Gateway


@contextmanager
def first_halt(gateway: Gateway, *interruptions: type[BaseException]) -> Iterator[None]:
    """Raise a session's first halt in place of what the agent made of it; who interrupts the run is heard."""
    heard: tuple[type[BaseException], ...] = (KeyboardInterrupt, *interruptions)
    try:
        yield
    except heard:
        raise
    except BaseException:
        gateway.hear()
        if gateway.halted is not None:
            raise gateway.halted  # noqa: B904 - what it became is its context
        raise


def stopped(error: BaseException | None) -> Ending | None:
    """Return how a session ended that a policy stopped; None where none did."""
    return Ending("stopped", error.what) if isinstance(error, PolicyViolation) else None
