import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_samples import judge, made, model, request, run, settled, tool

from pytest_oao.model.exchanges import Usage


class TestMaxSeconds:
    def test_a_call_that_comes_too_late_is_refused(self):
        bounded = judge(max_seconds=10)
        assert run(bounded, tool(at=100.0), tool(at=110.0)) is None
        breach = made(bounded, tool(at=110.5))
        assert (breach.rule, breach.limit, breach.found) == (
            "max_seconds",
            "at most 10 s",
            "10.5 s since the first call",
        )

    def test_a_stream_that_takes_too_long_is_stopped(self):
        bounded = judge(max_seconds=10)
        call = model(at=100.0)
        assert bounded.before(call) is bounded.begins(call) is None
        bounded.starts(1, call)
        assert bounded.streamed(1, 0, 110.0) is None
        assert bounded.streamed(1, 0, 110.1).rule == "max_seconds"
        assert bounded.streamed(1, 0, None) is None

    def test_an_answer_that_came_too_late_is_found_out(self):
        bounded = judge(max_seconds=10)
        call = model(at=100.0)
        assert bounded.before(call) is bounded.begins(call) is None
        assert bounded.after(settled(call, Usage(1, 1), ended=110.1)).rule == "max_seconds"

    def test_times_that_are_unknown_break_nothing(self):
        assert run(judge(max_seconds=0), tool(), tool(), model()) is None

    def test_recorded_calls_count_from_the_first_in_time_not_in_order(self):
        bounded = judge(max_seconds=10)
        assert run(bounded, tool(at=105.0, number=2), tool(at=100.0, number=1), tool(at=109.0, number=3)) is None
        assert made(bounded, tool(at=111.0, number=4)).rule == "max_seconds"


class TestRate:
    def test_one_call_too_many_in_a_window_is_refused(self):
        assert run(judge(rate="2/10s"), tool(at=0.0), model(at=1.0), request(at=10.0)) is None
        bounded = judge(rate="2/10s")
        assert run(bounded, tool(at=0.0), model(at=1.0)) is None
        breach = made(bounded, request(at=9.9))
        assert (breach.rule, breach.limit, breach.found) == ("rate", "at most 2 in 10 s", "3 steps in 9.9 s")

    def test_windows_slide(self):
        times = [0.0, 9.0, 10.5, 19.5, 20.6]
        assert run(judge(rate="2/10s"), *[tool(at=at) for at in times]) is None
        assert run(judge(rate="2/10s"), *[tool(at=at) for at in [0.0, 9.0, 10.5, 18.9]]) == (3, "rate")

    def test_a_tool_has_a_rate_of_its_own_inside_other_tools_too(self):
        bounded = {"rate": {"search": "1/s", "read_*": "1/s"}}
        assert run(judge(**bounded), tool(at=0.0), tool("read_a", at=0.1), tool("other", at=0.2), model(at=0.3)) is None
        assert run(judge(**bounded), tool("read_a", at=0.1), tool("read_b", at=0.9, depth=1)) == (1, "rate")
        assert run(judge(rate="1/s"), tool(at=0.0), tool(at=0.5, depth=1)) is None, "this one is no step"

    def test_a_call_is_judged_by_when_it_begins_not_by_when_it_was_asked_for(self):
        bounded, waiting = judge(rate="1/10s"), tool(at=0.0)
        assert bounded.before(waiting) is None
        assert made(bounded, tool(at=5.0)) is None
        waiting.at = 6.0  # once it was approved
        assert bounded.begins(waiting).rule == "rate"

    def test_times_that_are_unknown_break_nothing(self):
        assert run(judge(rate="1/h"), tool(), tool()) is None

    def test_a_long_run_is_judged_by_its_last_calls(self):
        bounded = judge(rate="3/10s")
        for number in range(2000):
            assert made(bounded, tool(at=number * 4.0)) is None
        assert made(bounded, tool(at=8001.0)) is None
        assert made(bounded, tool(at=8001.5)).rule == "rate"

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=14), st.integers(1, 4), st.integers(1, 20), st.randoms())
    def test_a_record_is_within_a_rate_in_whatever_order_lanes_replay_it(self, times, calls, window, random):
        ordered = sorted(map(float, times))
        windows = [last - first < window for first, last in zip(ordered, ordered[calls:], strict=False)]
        shuffled = [tool(at=at, number=number) for number, at in enumerate(ordered, 1)]
        random.shuffle(shuffled)
        broken = run(judge(rate=f"{calls}/{window}s"), *shuffled)
        assert (broken is not None) is any(windows)


def test_a_rate_of_no_calls_cannot_be():
    with pytest.raises(Exception, match="lets no call through"):
        judge(rate="0/s")
