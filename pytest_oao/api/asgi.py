"""ASGI: a session for each request and each websocket connection."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pytest_oao.api.recorders import Recorder
from pytest_oao.api.runs import Ended

SESSION = "oao.session"
"""Where the app finds the session that is running: in its scope, or its environ."""
_Scope = MutableMapping[str, Any]
_App = Callable[[_Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


class RecordASGI:
    """An ASGI app whose requests and websocket connections are recorded, a session each, with all that they start.

    The functions that the recorder was given are called with the scope; the app finds the session at
    `scope["oao.session"]`.
    """

    def __init__(self, app: _App, recorder: Recorder) -> None:
        self.app, self.recorder = app, recorder
        recorder.stay()

    async def __call__(
        self, scope: _Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Serve a connection; what the app raises is raised."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        run = self.recorder.begin(scope)
        with Ended(run) as scope[SESSION], run.inside():
            await self.app(scope, receive, send)
