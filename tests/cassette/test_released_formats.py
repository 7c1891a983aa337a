"""A cassette of every format ever released loads for ever: cassettes/v<N>/ holds them, and nobody writes them again."""

from pathlib import Path

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.cassette.schema import check_schema
from pytest_oao.model.outcomes import Raised

RELEASED = sorted(Path(__file__).parents[2].glob("cassettes/v*/*.yaml"))


def test_there_is_one_of_each_format():
    assert {path.parent.name for path in RELEASED} == {"v1"}


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_it_loads_with_all_its_bytes(path):
    session = shelf.load(path)
    assert session.ending is not None
    assert session.exchanges
    for exchange in session.exchanges:
        assert exchange.call.body.data is not None  # rebuilt, and its sha256 verified
        if not isinstance(exchange.outcome, Raised):
            assert exchange.outcome.body.data is not None
    check_schema(path)
