"""pytest-oao, as scripts use it: a journal while recording, sealed when the session ends; the whole request compared."""

from contextlib import contextmanager
from pathlib import Path

from .base import Contestant, sdk  # noqa: TID252 - it lives in the bench's own folder


class Oao(Contestant):
    packages = ("pytest-oao", "wrapt", "PyYAML")

    def start(self):
        import pytest_oao
        import pytest_oao.api.recording
        import pytest_oao.api.replaying
        import pytest_oao.cassette.shelf

        self.oao, self.shelf = pytest_oao, pytest_oao.cassette.shelf

    @contextmanager
    def record(self, path, url):
        with self.oao.record(Path(path).parent) as session:
            yield lambda async_=False: sdk(url, async_)
        self.shelf.save(self.oao.load(session.cassette), Path(path))
        session.cassette.unlink()

    @contextmanager
    def replay(self, path, url):
        with self.oao.replay(path):
            yield lambda async_=False: sdk(url, async_)

    def load_only(self, path):
        return self.oao.load(path)

    def versions(self):
        return {}


def make(name):
    return Oao(name)
