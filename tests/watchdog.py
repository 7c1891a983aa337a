"""Runs what may never end: a test that waits for ever tells nothing."""

import sys
import threading
import traceback

import pytest

LONGEST = 10
"""Seconds after which something was not stopped."""


def watched(run):
    """Return what a function raises, None where it returns; fail where it does not end."""
    raised = []

    def caught():
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            raised.append(error)

    thread = threading.Thread(target=caught, daemon=True)
    thread.start()
    thread.join(LONGEST)
    if thread.is_alive():
        stack = "".join(traceback.format_stack(sys._current_frames()[thread.ident]))
        pytest.fail(f"not stopped after {LONGEST} seconds:\n{stack}", pytrace=False)
    return next(iter(raised), None)
