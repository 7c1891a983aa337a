"""How many calls a test made before its fixtures were taken down: those are due when its function returns."""

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.sessions import Header

_CALLED = "calls_before_teardown"


def due_record(called: int, made: int) -> JSONObject:
    """Return the metadata that tells it, of a header; none where all calls that were `made` are due."""
    return {} if called in {0, made} else {_CALLED: called}


def due_of(header: Header) -> int | None:
    """Return up to which `seq` the calls of a recorded session are due; None for all of them."""
    called = header.of_our_test.get(_CALLED)
    return called if isinstance(called, int) else None
