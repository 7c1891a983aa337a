from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from judge_samples import judge, made, model, request, run, tool

from pytest_oao.model.exchanges import Usage
from pytest_oao.policy.retries import Retry


class TestMaxRetries:
    def test_a_call_that_failed_is_made_again_so_often(self):
        bounded = judge(max_retries=2)
        for _ in range(3):
            assert made(bounded, model(at=1.0), failed=True) is None
        breach = made(bounded, model(at=1.0), failed=True)
        assert (breach.rule, breach.limit, breach.found) == ("max_retries", "at most 2", "retry 3 of a call that fails")

    def test_success_begins_it_anew(self):
        bounded = judge(max_retries=1)
        for _ in range(3):
            assert made(bounded, model(), failed=True) is None
            assert made(bounded, model(), Usage(1, 1)) is None

    def test_zero_allows_no_second_attempt(self):
        bounded = judge(max_retries=0)
        assert made(bounded, tool(), failed=True) is None
        assert made(bounded, tool(), failed=True).rule == "max_retries"

    def test_another_call_is_no_retry(self):
        bounded = judge(max_retries=0)
        assert made(bounded, tool(x=1), failed=True) is None
        assert made(bounded, tool(x=2), failed=True) is None
        assert made(bounded, model(), failed=True) is None

    def test_calls_of_other_lanes_in_between_do_not_hide_a_storm(self):
        bounded, broken = judge(max_retries=3), None
        for attempt in range(10):
            for lane in ("0.1", "0.2"):
                broken = broken or made(bounded, model(at=float(attempt), lane=lane, text=lane), failed=True)
        assert broken.rule == "max_retries"

    def test_equal_calls_side_by_side_are_no_retries_of_each_other(self):
        bounded = judge(max_retries=0)
        for lane in ("0.1", "0.2", "0.3"):
            assert made(bounded, tool(at=1.0, lane=lane), failed=True, ended=2.0) is None
        assert made(bounded, tool(at=1.5, lane="0.4"), failed=True, ended=2.0) is None
        assert made(bounded, tool(at=3.0, lane="0.5"), failed=True).rule == "max_retries"

    def test_a_record_says_so_in_whatever_order_its_lanes_are_replayed(self):
        bounded = judge(max_retries=0)
        assert made(bounded, tool(at=1.0, lane="0.2", number=2), failed=True, ended=2.0) is None
        assert made(bounded, tool(at=0.5, lane="0.1", number=1), failed=True, ended=1.5) is None


class TestMaxRepeats:
    def test_an_identical_call_is_made_so_often_in_a_row(self):
        bounded = judge(max_repeats=2)
        assert run(bounded, tool(x=1), tool(x=1), tool(x=2), tool(x=1), tool(x=1)) is None
        breach = made(bounded, tool(x=1))
        assert (breach.rule, breach.limit, breach.found) == (
            "max_repeats",
            "at most 2 in a row",
            "3 identical calls in a row",
        )

    def test_the_row_is_among_calls_of_one_kind(self):
        loop = [tool(x=1), model(text="1"), tool(x=1), model(text="2"), tool(x=1)]
        assert run(judge(max_repeats=2), *loop) == (4, "max_repeats")

    def test_in_total_they_need_not_be_side_by_side(self):
        calls = [tool(x=1), tool(x=2)] * 3
        assert run(judge(max_repeats={"total": 3}), *calls) is None
        assert run(judge(max_repeats={"total": 2}), *calls) == (4, "max_repeats")
        assert run(judge(max_repeats={"in_a_row": 1, "total": 2}), *calls) == (4, "max_repeats")
        assert run(judge(max_repeats={"in_a_row": 1}), *calls, tool(x=2)) == (6, "max_repeats")

    def test_what_a_tool_does_in_its_turn_is_no_repetition(self):
        assert run(judge(max_repeats=1), *[model(depth=1)] * 5) is None

    def test_a_request_that_failed_and_is_made_again_is_a_retry(self):
        bounded = judge(max_repeats=1)
        for _ in range(4):
            assert made(bounded, request(), failed=True) is None

    def test_a_tool_that_fails_and_is_asked_for_again_is_a_loop(self):
        bounded = judge(max_repeats=3)
        assert [made(bounded, tool(), failed=True) for _ in range(3)] == [None] * 3
        assert made(bounded, tool(), failed=True).rule == "max_repeats"

    def test_a_tool_that_the_policy_itself_has_tried_again_is_not(self):
        bounded = judge(max_repeats=1, retry=Retry(max_retries=2))
        assert [made(bounded, tool(), failed=True) for _ in range(3)] == [None] * 3
        assert made(bounded, tool(), failed=True).rule == "max_repeats", "the model has asked once more"

    def test_a_call_that_waited_is_judged_again_when_it_begins(self):
        bounded = judge(max_repeats=1)
        first, second = tool(at=1.0, lane="0.1"), tool(at=1.0, lane="0.2")
        assert bounded.before(first) is bounded.before(second) is None
        assert bounded.begins(first) is None
        assert bounded.begins(second).rule == "max_repeats"

    @given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(1, 3), st.randoms())
    def test_a_record_has_no_longer_rows_in_whatever_order_lanes_replay_it(self, calls, most, random):
        longest = max(len(list(row)) for _, row in groupby(calls))
        recorded = [tool(name, number=number) for number, name in enumerate(calls, 1)]
        assert (run(judge(max_repeats=most), *recorded) is not None) is (longest > most)
        random.shuffle(recorded)
        assert (run(judge(max_repeats=most), *recorded) is not None) is (longest > most)

    def test_what_is_passed_over_does_not_break_a_row_of_a_record(self):
        row = [tool(number=1), tool("x", number=2, depth=1), tool(number=3)]
        assert run(judge(max_repeats=1), *row) == (2, "max_repeats")
        assert run(judge(max_repeats=1), row[0], row[2]) is None, "nobody knows yet what was in between"
