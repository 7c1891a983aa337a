"""A forked copy of pytest that comes back from a test: it would run the rest of the suite once more."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_oao.runtime.gateway import Gateway


@contextmanager
def leaving(gateway: Gateway) -> Iterator[None]:
    """End the process where it is a copy that the code inside has forked, as multiprocessing does with its own."""
    try:
        yield
    except BaseException as error:
        if gateway.disowned:
            _end(error)
        raise
    if gateway.disowned:
        _end(None)


def _end(error: BaseException | None) -> None:
    code = 0 if error is None else 1
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    elif error is not None:
        traceback.print_exception(error)
    sys.stderr.flush()
    os._exit(code)
