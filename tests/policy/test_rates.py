import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.errors import BadPolicy
from pytest_oao.policy.rates import Rate


@pytest.mark.parametrize(
    ("text", "calls", "seconds"),
    [
        ("60/min", 60, 60),
        ("5/10s", 5, 10),
        ("5/10 sec", 5, 10),
        ("100/h", 100, 3600),
        ("1/0.5s", 1, 0.5),
        (" 3 / 2 min ", 3, 120),
    ],
)
def test_a_rate_is_calls_and_seconds(text, calls, seconds):
    assert Rate.of(text) == Rate(calls, seconds)


@pytest.mark.parametrize(
    "text", ["", "60", "/min", "60/", "-1/s", "1.5/s", "60 per min", "1/2", "1e3/s", "٣/s", 60, None]
)
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(BadPolicy, match="is no rate"):
        Rate.of(text)


@pytest.mark.parametrize(("text", "unit"), [("60/mins", "min"), ("60/secs", "sec")])
def test_an_unknown_unit_is_told_what_was_meant(text, unit):
    with pytest.raises(BadPolicy, match=rf"did you mean {unit}\?"):
        Rate.of(text)


@pytest.mark.parametrize("text", ["0/min", "1/0s"])
def test_a_rate_that_lets_nothing_through_is_refused(text):
    with pytest.raises(BadPolicy, match="lets no call through"):
        Rate.of(text)


@given(st.integers(1, 10**6), st.integers(1, 10**4), st.sampled_from(["s", "sec", "min", "h"]))
def test_every_rate_that_is_written_is_read(calls, number, unit):
    seconds = {"s": 1, "sec": 1, "min": 60, "h": 3600}[unit]
    assert Rate.of(f"{calls}/{number}{unit}") == Rate(calls, number * seconds)


@given(st.text(max_size=12))
def test_any_text_is_a_rate_or_refused(text):
    try:
        rate = Rate.of(text)
    except BadPolicy:
        return
    assert rate.calls > 0 < rate.seconds
