import pytest
from cassette_samples import values
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette.encodings import DEFAULT, encode
from pytest_oao.cassette.measures import Sizes, nodes_of


@given(st.lists(st.dictionaries(st.sampled_from(["a", "é", "$x"]), values, max_size=3), max_size=3))
def test_a_size_is_that_of_the_whole_however_often_it_is_asked_for(bodies):
    sizes = Sizes(1000, 50)
    for body in (*bodies, *bodies, bodies):
        assert sizes.of(body) == (nodes_of(body, 1000, 50), len(encode(body, DEFAULT)))


@given(values, st.integers(1, 8), st.integers(1, 4))
def test_the_bounds_hold_in_parts_as_in_the_whole(value, most, deepest):
    sizes = Sizes(most, deepest)
    for body in ({"a": value, "b": [value]}, value):
        assert (sizes.of(body) is None) == (nodes_of(body, most, deepest) is None)


def test_a_part_that_bodies_share_is_gone_through_once(monkeypatch):
    gone_through = []
    monkeypatch.setattr("pytest_oao.cassette.measures.nodes_of", lambda *given: gone_through.append(given[0]) or 1)
    tools, sizes = [{"name": "a"}], Sizes(1000, 50)
    for number in range(3):
        sizes.of({"n": number, "tools": tools})
    assert gone_through.count(tools) == 1


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_has_no_size(text):
    assert Sizes(1000, 50).of({"a": [text]}) is Sizes(1000, 50).of({text: 1}) is Sizes(1000, 50).of([text]) is None
