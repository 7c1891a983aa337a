"""The ids of sessions: those of one process sort in the order in which they began."""

import pytest

from pytest_oao.model.session_ids import BEGUN, is_own
from pytest_oao.runtime import recording_header
from pytest_oao.runtime.recording_header import session_id

NOW = 1_795_000_000 * 10**9


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set."""
    times = [NOW]
    monkeypatch.setattr(recording_header, "time_ns", lambda: times[0])
    monkeypatch.setattr(recording_header, "_moments", recording_header._Moments())
    return times


def test_ids_sort_in_the_order_in_which_their_sessions_began():
    ids = [session_id() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(map(is_own, ids))
    assert all(map(BEGUN.match, ids))
    assert not any(is_own(f"{ids[0]}{more}") for more in ("-2", "\n", "0"))


def test_within_a_tick_and_over_the_end_of_a_second(clock):
    clock[0] += 999_999_999
    ids = [session_id() for _ in range(3)]
    assert ids == sorted(ids)
    assert [one[:21] for one in ids] == ["20261118T110640Z-ffff", "20261118T110641Z-0000", "20261118T110641Z-0001"]


def test_a_clock_that_is_set_back_a_little_disorders_nothing_one_that_is_set_anew_is_believed(clock):
    first = session_id()
    clock[0] -= 2 * 10**9
    assert session_id() > first
    clock[0] -= 3600 * 10**9
    assert session_id()[:16] == "20261118T100638Z"


def test_processes_that_begin_at_once_differ(clock):
    first = session_id()
    recording_header._moments = recording_header._Moments()
    assert session_id()[:21] == first[:21]
    assert len({first, *(session_id()[-4:] for _ in range(50))}) > 40
