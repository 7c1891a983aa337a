import pytest

from pytest_oao.model.suggestions import closest, meant


@pytest.mark.parametrize(
    ("name", "found"),
    [("max_stps", "max_steps"), ("max_token", "max_tokens"), ("max_steps", "max_steps"), ("colour", ""), ("", "")],
)
def test_the_closest_name_is_what_may_have_been_meant(name, found):
    known = ["max_steps", "max_tokens"]
    assert closest(name, known) == found
    assert meant(name, iter(known)) == (f"; did you mean {found}?" if found else "")
