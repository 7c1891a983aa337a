import pytest

from pytest_oao.api.seams import Seams


@pytest.fixture
def taken_out(monkeypatch):
    """Take the adapters out that recorders of a test keep in place for good."""
    made, make = [], Seams.__init__

    def construct(self):
        make(self)
        made.append(self)

    monkeypatch.setattr(Seams, "__init__", construct)
    yield
    for seams in made:
        seams.close()
