import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.model.readings import WALL, kept, shown, without_readings


def reading(target, outcome):
    return Exchange(1, Call(CLOCK, target), outcome)


@given(st.integers(-(10**18), 4 * 10**18))
def test_a_moment_is_kept_to_the_nanosecond(nanoseconds):
    assert shown(reading(WALL, kept(WALL, nanoseconds))) == nanoseconds


@given(st.integers(-(10**18), 10**18))
def test_a_count_is_kept_to_the_nanosecond(nanoseconds):
    assert shown(reading("time.monotonic", kept("time.monotonic", nanoseconds))) == nanoseconds


def test_people_can_read_it():
    assert kept(WALL, 1_795_000_000_000_000_001).body.data == b"2026-11-18T11:06:40.000000001Z"
    assert kept("time.monotonic", 12_000_000_345).body.data == b"12.000000345"


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        (WALL, Returned(Body(b"12.000000345"))),
        (WALL, Returned(Body(b"2026-11-18T11:06:40Z"))),
        (WALL, Returned(Body(b"2026-13-18T11:06:40.000000001Z"))),
        ("time.monotonic", Returned(Body(b"soon"))),
        ("time.monotonic", Raised("OSError")),
    ],
)
def test_what_no_clock_shows_is_refused(target, outcome):
    with pytest.raises(ValueError):
        shown(reading(target, outcome))


def test_readings_are_told_from_calls():
    call = Exchange(2, Call("chat", "POST /chat/completions"), Raised("x"))
    assert without_readings([reading(WALL, kept(WALL, 1)), call]) == (call,)
