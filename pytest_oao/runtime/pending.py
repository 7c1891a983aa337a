"""A call that is being made, and whoever waits until it is over: threads, and tasks of any event loop."""

import sys
from asyncio import Future, _get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock


class Pending:
    """Wakes those who wait for a call: when it is over, or when the session stops, whichever is first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_over = False
        self._sleepers: list[Callable[[], object]] = []

    def over(self) -> None:
        """Wake everybody, now and from now on."""
        with self._lock:
            self._is_over, sleepers = True, tuple(self._sleepers)
        for wake in sleepers:
            with suppress(RuntimeError):  # its event loop is closed, and nobody sleeps there
                wake()

    def wait(self) -> None:
        """Wait, which a thread that runs an event loop may not: the call may be a task of that same loop."""
        event = Event()
        with self._sleeping(event.set):
            event.wait()

    async def wait_async(self) -> None:
        """Wait on whichever event loop runs."""
        loop = _get_running_loop()
        if loop is None:
            await self._wait_on_trio()
            return
        future: Future[None] = loop.create_future()
        with self._sleeping(lambda: loop.call_soon_threadsafe(_wake, future)):
            await future

    async def _wait_on_trio(self) -> None:
        import trio  # noqa: PLC0415 - it runs

        token, event = trio.lowlevel.current_trio_token(), trio.Event()
        with self._sleeping(lambda: token.run_sync_soon(event.set)):
            await event.wait()

    @contextmanager
    def _sleeping(self, wake: Callable[[], object]) -> Iterator[None]:
        with self._lock:
            self._sleepers.append(wake)
            is_over = self._is_over
        try:
            if is_over:
                wake()
            yield
        finally:
            with self._lock:
                self._sleepers.remove(wake)


def on_an_event_loop() -> bool:
    """Whether this thread runs an event loop, on which others have to go on."""
    trio = sys.modules.get("trio")
    return _get_running_loop() is not None or (trio is not None and trio.lowlevel.in_trio_run())


def _wake(future: "Future[None]") -> None:
    if not future.done():  # else its task was cancelled
        future.set_result(None)
