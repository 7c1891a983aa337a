"""WSGI: a session for each request, until the last of its response is sent."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pytest_oao.api.asgi import SESSION
from pytest_oao.api.recorders import Recorder
from pytest_oao.api.runs import Run

_Environ = dict[str, Any]
_App = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]


class RecordWSGI:
    """A WSGI app whose requests are recorded, a session each, with all that they start.

    The functions that the recorder was given are called with the environ; the app finds the session at
    `environ["oao.session"]`.
    """

    def __init__(self, app: _App, recorder: Recorder) -> None:
        self.app, self.recorder = app, recorder
        recorder.stay()

    def __call__(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request; what the app raises is raised."""
        run = self.recorder.begin(environ)
        environ[SESSION] = run.running
        try:
            with run.inside():
                body = self.app(environ, start_response)
        except BaseException as error:
            run.end(error, waits=False)
            raise
        if isinstance(body, list | tuple):  # nothing of the app's runs any more, and the server counts what there is
            run.end(None, waits=False)
            return body
        return _Body(body, run)


class _Body:
    """A response that the app goes on to make while it is sent."""

    def __init__(self, body: Iterable[bytes], run: Run) -> None:
        self._body, self._run = body, run
        self._chunks: Iterator[bytes] | None = None
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            with self._run.inside():
                if self._chunks is None:
                    self._chunks = iter(self._body)
                return next(self._chunks)
        except StopIteration:
            raise
        except BaseException as error:
            self._error = error
            raise

    def close(self) -> None:
        """End the session: the server has sent the response, or will send no more of it."""
        try:
            with self._run.inside():
                close = getattr(self._body, "close", None)
                if close is not None:
                    close()
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._run.end(self._error, waits=False)
