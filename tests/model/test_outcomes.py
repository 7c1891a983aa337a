import pytest

from pytest_oao.model.outcomes import DENIED, REFUSED, Raised, Returned, was_denied, was_made
from pytest_oao.runtime.raised_values import raised_of


@pytest.mark.parametrize("name", [DENIED, REFUSED])
def test_a_call_that_raised_an_exception_of_its_own_was_made_whatever_that_is_called(name):
    own = raised_of(type(name, (Exception,), {})("too hot"))
    assert own.type == name
    assert was_made(own)
    assert not was_denied(own)
    assert not was_made(Raised(name, "too hot"))
    assert was_made(Returned())
