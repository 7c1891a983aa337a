"""Which recorded reading answers which reading of a run, and what a clock shows beyond them."""

import pytest

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.kinds import CLOCK
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.readings import WALL, kept, shown
from pytest_oao.runtime.clock_tape import ClockTape

SECOND = 1_000_000_000
MILLI = SECOND // 1000
BEGUN = 1_795_000_000
MONOTONIC = "time.monotonic"


def at(second):
    return (BEGUN + second) * SECOND


def reading(seq, second, lane="0", target=WALL, value=None):
    showed = at(second) if value is None else value
    return Exchange(seq, Call(CLOCK, target, lane=lane), kept(target, showed), float(BEGUN + second))


def call(seq, second, lane="0", took=0.0):
    return Exchange(seq, Call("chat", "POST /chat/completions", lane=lane), Returned(), float(BEGUN + second), took)


def tape(*exchanges):
    return ClockTape(exchanges, exchanges)


def read(tape, lane="0", target=WALL, real=7):
    exchange = tape.answer(lane, target)
    return tape.beyond(lane, target, real) if exchange is None else shown(exchange)


def test_readings_come_in_the_order_of_their_lane_and_clock():
    found = tape(
        reading(1, 1), reading(2, 2, lane="0.1"), reading(3, 3, target=MONOTONIC, value=50), reading(4, 4), call(5, 5)
    )
    assert read(found, "0.1") == at(2)
    assert [read(found), read(found, target=MONOTONIC), read(found)] == [at(1), 50, at(4)]


def test_one_that_is_not_made_any_more_is_passed_over_at_the_next_call():
    made = call(3, 3)
    found = tape(reading(1, 1), reading(2, 2), made, reading(4, 4))
    assert read(found) == at(1)
    found.made(made)
    assert read(found) == at(4)


def test_one_beyond_the_recorded_ones_does_not_take_that_of_after_the_call():
    made = call(2, 3, took=0.5)
    found = tape(reading(1, 1), made, reading(3, 5))
    assert [read(found), read(found)] == [at(1), at(1)]
    found.made(made)
    assert [read(found), read(found)] == [at(5), at(5)]


def test_one_after_a_call_where_none_was_recorded_shows_when_the_answer_came():
    made = call(1, 3, took=0.5)
    found = tape(made)
    assert read(found) == at(3)  # where the recording began
    found.made(made)
    assert read(found) == at(3) + SECOND // 2


def test_readings_beyond_the_record_go_on_so_that_waiting_ends():
    found = tape(reading(1, 1))
    read(found)
    assert [read(found) - at(1) for _ in range(4)] == [0, MILLI, 3 * MILLI, 6 * MILLI]
    count = next(n for n in range(10_000) if read(found) > at(61))
    assert count < 400


def test_a_sleep_moves_the_lanes_own_clocks():
    found = tape(reading(1, 1), reading(2, 2, lane="0.1"))
    read(found), read(found, "0.1")
    found.slept("0", 5 * SECOND)
    assert (read(found), read(found, "0.1")) == (at(6), at(2))


def test_a_counter_beyond_the_record_goes_on_from_what_it_showed():
    made = call(3, 4, took=0.25)
    found = tape(reading(1, 1, target=MONOTONIC, value=100), reading(2, 2), made)
    assert [read(found, target=MONOTONIC), read(found)] == [100, at(2)]
    assert read(found, target=MONOTONIC) == 100 + SECOND
    found.made(made)
    assert read(found, target=MONOTONIC) == pytest.approx(3 * SECOND + SECOND // 4, abs=1000)


def test_a_counter_that_was_read_in_no_lane_so_far_goes_by_its_first_reading():
    found = tape(reading(1, 1, lane="0.5", target=MONOTONIC, value=100), call(2, 3))
    assert read(found, target=MONOTONIC) == 100  # never before it
    found.made(call(2, 3))
    assert read(found, target=MONOTONIC) == 100 + 2 * SECOND


def test_a_counter_of_which_the_record_knows_nothing_goes_on_from_the_real_one():
    assert read(tape(call(1, 1)), target=MONOTONIC, real=700) == 700


def test_a_new_lane_begins_when_its_parent_started_it():
    found = tape(reading(1, 1), reading(2, 8, lane="0.0"))
    read(found)
    assert read(found, "0.3.1") == at(1)


def test_an_import_without_times_leaves_the_clock_real():
    found = tape(Exchange(1, Call("chat", "POST /chat/completions"), Returned()))
    assert read(found, real=12345) == 12345


def test_a_call_that_is_live_in_this_run_is_no_bound():
    live = call(2, 2)
    found = ClockTape([reading(1, 1), live, reading(3, 3)], [reading(1, 1), reading(3, 3)])
    found.made(Exchange(2, live.call, Returned(), float(BEGUN + 9000)))
    assert [read(found), read(found)] == [at(1), at(3)]


def test_a_call_performed_in_this_run_does_not_move_the_clocks_of_the_record():
    recorded = call(2, 2)
    found = tape(reading(1, 1), recorded, reading(3, 3))
    found.made(Exchange(2, recorded.call, Returned(), float(BEGUN + 9000)))
    assert [read(found), read(found)] == [at(1), at(1)]


def test_a_reading_that_is_none_is_told():
    broken = Exchange(1, Call(CLOCK, WALL), Returned(), 1.0)
    with pytest.raises(ValueError):
        tape(broken).answer("0", WALL)
