"""The session that a test is pinned to, and the path that it is answered from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_oao.errors import BadOption
from pytest_oao.model.sessions import Session
from pytest_oao.plugin.options import SESSIONS
from pytest_oao.runtime.pinned_sessions import PinnedSession

ARGUMENT = "session"
"""What a test that is pinned to sessions takes one as."""


class ShelvedSession(PinnedSession):
    """A session on disk."""

    def __init__(self, name: str, load: Callable[[], Session], path: Path) -> None:
        super().__init__(name, load)
        self.path = path
        self.load = load
        """Reads it once more: what is kept of a test lives as long as pytest does."""


def pinned_to(item: pytest.Item) -> ShelvedSession | None:
    """Return the session that a test is pinned to, None for other tests; raises BadOption where it was given none."""
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec is not None else {}
    if ARGUMENT not in parameters and item.get_closest_marker(SESSIONS) is not None:
        what = f"the test is marked {SESSIONS}, and pytest gave it no session"
        remedy = "mark a function or a plain class: a unittest.TestCase has no parameters, nor what a hook marks"
        raise BadOption(what, where=item.nodeid, remedy=remedy)
    found = parameters.get(ARGUMENT)
    return found if isinstance(found, ShelvedSession) else None
