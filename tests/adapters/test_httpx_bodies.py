import contextlib
from dataclasses import replace

import httpx
import httpx2
import pytest

import pytest_oao
from pytest_oao.cassette import shelf
from pytest_oao.errors import OaoHalt

pytestmark = [
    pytest.mark.usefixtures("no_engine"),
    pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__),
]
NAMES = (b"caf\xe9.txt", "naïve☃.txt".encode(), b"plain.txt")


def asked(library):
    """Return what an agent sees of an answer with a header in each encoding that servers use."""
    headers = [(b"content-disposition", b"attachment; filename=" + name) for name in NAMES]
    transport = library.MockTransport(lambda _: library.Response(200, headers=headers, text="hi"))
    with library.Client(transport=transport) as client:
        answer = client.get("https://files.invalid/x")
    return [value for value in answer.headers.get_list("content-disposition") if answer.text]


def test_headers_beyond_ascii_are_replayed_as_they_were_read(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        live = asked(library)
    with pytest_oao.replay(running.cassette):
        assert asked(library) == live
    shelf.save(pytest_oao.load(running.cassette), tmp_path / "it.yaml")
    with pytest_oao.replay(tmp_path / "it.yaml"):
        assert asked(library) == live


def test_an_answer_without_a_status_stops_the_run(tmp_path, library):
    with pytest_oao.record(tmp_path) as running:
        asked(library)
    session = pytest_oao.load(running.cassette)
    (exchange,) = session.exchanges
    edited = replace(exchange, outcome=replace(exchange.outcome, head=None))
    shelf.save(replace(session, exchanges=(edited,)), tmp_path / "it.yaml")
    with (
        pytest.raises(OaoHalt, match="has no HTTP status"),
        pytest_oao.replay(tmp_path / "it.yaml"),
        contextlib.suppress(BaseException),
    ):
        asked(library)
