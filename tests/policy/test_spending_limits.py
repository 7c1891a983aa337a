import decimal
from decimal import Decimal

import pytest
from judge_samples import judge, made, model, settled, tool

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.outcomes import Streamed


@pytest.mark.parametrize(
    ("rule", "limit", "usage"),
    [
        ("max_tokens", 30, Usage(10, 5)),
        ("max_input_tokens", 20, Usage(10, 500)),
        ("max_output_tokens", 10, Usage(1000, 5)),
        ("max_cost_usd", 0.00012, Usage(10, 5)),
    ],
)
class TestEachOfThem:
    def test_is_kept_just_within_and_the_next_call_refused(self, rule, limit, usage):
        bounded = judge(**{rule: limit})
        assert made(bounded, model(), usage) is None
        assert made(bounded, model(), usage) is None, "all of it is spent, and no more"
        breach = made(bounded, tool())
        assert breach is None, "a tool takes no tokens"
        breach = bounded.before(model())
        assert breach.rule == rule
        assert not breach.estimated
        assert "spent, and another call of a model" in breach.found

    def test_is_found_broken_after_the_call_that_took_more(self, rule, limit, usage):
        bounded = judge(**{rule: limit})
        assert made(bounded, model(), usage) is None
        over = Usage(usage.input_tokens + 1, usage.output_tokens + 1)
        breach = made(bounded, model(), over)
        assert breach.rule == rule
        assert not breach.estimated
        assert "about" not in breach.found

    def test_a_failed_call_takes_nothing(self, rule, limit, usage):
        bounded = judge(**{rule: limit})
        for _ in range(5):
            assert made(bounded, model(), failed=True) is None
        assert made(bounded, model(), usage) is None


def test_a_request_that_takes_more_than_is_left_is_refused_by_an_estimate():
    bounded = judge(max_tokens=100)
    assert made(bounded, model(estimate=40), Usage(40, 10)) is None
    assert bounded.before(model(estimate=50)) is None
    bounded = judge(max_tokens=100)
    assert made(bounded, model(estimate=40), Usage(40, 10)) is None
    breach = bounded.before(model(estimate=51))
    assert breach.estimated
    assert breach.found == "at least about 101 tokens"


def test_estimates_of_calls_in_flight_count_until_those_settle():
    bounded = judge(max_input_tokens=100)
    first = model(estimate=60)
    assert bounded.before(first) is None
    bounded.starts(1, first)
    assert bounded.before(model(estimate=41)).estimated
    assert bounded.after(settled(first, Usage(10, 0)), 1) is None, "it took less than was thought"
    assert bounded.before(model(estimate=41)) is None


def test_the_output_limit_says_nothing_of_requests():
    assert judge(max_output_tokens=5).before(model(estimate=10_000)) is None


def test_embedding_texts_writes_nothing():
    bounded = judge(max_output_tokens=5)
    assert made(bounded, model(), Usage(1, 5)) is None
    assert made(bounded, model(kind="embeddings"), Usage(100, None)) is None
    assert made(bounded, model(), Usage(1, 5)).rule == "max_output_tokens"


def test_a_stream_is_stopped_by_what_it_has_brought():
    bounded = judge(max_output_tokens=10)
    call = model()
    assert bounded.before(call) is None
    bounded.starts(7, call)
    assert bounded.streamed(7, 10, None) is None
    breach = bounded.streamed(7, 1, None)
    assert breach.rule == "max_output_tokens"
    assert breach.estimated
    assert breach.found == "at least about 11 tokens"


def test_what_a_stream_brought_is_corrected_by_what_is_told_at_its_end():
    bounded = judge(max_tokens=100)
    call = model(estimate=50)
    assert bounded.before(call) is None
    bounded.starts(7, call)
    assert bounded.streamed(7, 49, None) is None
    assert bounded.after(settled(call, Usage(10, 5)), 7) is None
    assert bounded.before(model(estimate=85)) is None


def test_streams_side_by_side_are_added_up():
    bounded = judge(max_output_tokens=10)
    for number in (1, 2):
        call = model(lane=f"0.{number}")
        assert bounded.before(call) is None
        bounded.starts(number, call)
    assert bounded.streamed(1, 6, None) is None
    assert bounded.streamed(2, 5, None).rule == "max_output_tokens"


def test_a_stream_costs_while_it_comes():
    bounded = judge(max_cost_usd=0.0001)
    call = model()
    assert bounded.before(call) is None
    bounded.starts(1, call)
    assert bounded.streamed(1, 10, None) is None
    breach = bounded.streamed(1, 1, None)
    assert breach.found == "at least about $0.00011"
    assert breach.estimated


def test_input_in_flight_costs_at_least_as_if_it_was_cached():
    bounded = judge(max_cost_usd=0.0005)
    assert bounded.before(model(estimate=1000)) is None
    assert bounded.before(model(estimate=1001)).estimated


def test_an_answer_without_its_tokens_is_counted_by_estimate():
    bounded = judge(max_tokens=100)
    assert made(bounded, model(), guessed=(30, 30)) is None
    breach = made(bounded, model(), guessed=(30, 30))
    assert breach.estimated
    assert breach.found == "at least about 120 tokens"


def test_the_cost_of_a_model_without_a_price_is_unknown_not_zero():
    breach = made(judge(max_cost_usd=1000), model("unlisted"), Usage(1, 1))
    assert breach.rule == "max_cost_usd"
    assert breach.found == "the cost is unknown: unlisted has no price"
    assert "oao_prices" in breach.remedy
    assert made(judge(max_tokens=1000), model("unlisted"), Usage(1, 1)) is None


def test_a_deployment_is_priced_by_the_model_that_answers():
    assert made(judge(max_cost_usd=1), model("my-deployment"), Usage(1, 1), answered="gpt") is None


def test_an_answer_without_its_tokens_costs_nobody_knows_what():
    breach = made(judge(max_cost_usd=1000), model())
    assert breach.found == "the cost is unknown: gpt was answered without its tokens"
    assert "include_usage" in breach.remedy


def test_a_stream_that_was_left_before_its_tokens_were_told_says_so():
    bounded, call = judge(max_cost_usd=1000), model()
    assert bounded.before(call) is None
    breach = bounded.after(settled(call, outcome=Streamed(end="closed"), cut=True))
    assert "ended before its tokens were told" in breach.found
    assert "include_usage" not in breach.remedy


def test_costs_are_exact_whatever_context_the_agent_has_set():
    bounded = judge(max_cost_usd=0.3)
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact, decimal.Rounded])):
        for _ in range(3):
            assert made(bounded, model(estimate=12_345), Usage(100_000, 0)) is None
        call = model()
        assert "$0.3 spent" in bounded.before(call).found
        bounded = judge(max_cost_usd=0.3)
        assert bounded.before(call) is None
        bounded.starts(1, call)
        assert bounded.streamed(1, 12_345, None) is None
    assert bounded.tally.cost == Decimal(0)


class TestContextPressure:
    def test_a_request_that_is_too_long_for_certain_is_refused(self):
        bounded = judge(max_context_pressure=0.5)
        assert bounded.before(model(estimate=500)) is None
        breach = bounded.before(model(estimate=501))
        assert breach.estimated
        assert breach.found == "at least about 50.1 % of 1,000 tokens"

    def test_what_was_told_decides_afterwards(self):
        bounded = judge(max_context_pressure=0.5)
        assert made(bounded, model(), Usage(500, 9000)) is None
        breach = made(bounded, model(), Usage(501, 1))
        assert breach.rule == "max_context_pressure"
        assert not breach.estimated

    def test_it_is_of_one_call_not_of_the_run(self):
        bounded = judge(max_context_pressure=0.5)
        assert [made(bounded, model(), Usage(400, 1)) for _ in range(9)] == [None] * 9

    @pytest.mark.parametrize("usage", [Usage(1, 1), None])
    def test_an_unknown_window_is_said(self, usage):
        breach = made(judge(max_context_pressure=0.9), model("unlisted"), usage)
        assert breach.found == "the context window of unlisted is unknown"
        assert "context_window" in breach.remedy

    def test_a_failed_call_of_an_unknown_model_says_nothing(self):
        assert made(judge(max_context_pressure=0.9), model("unlisted"), failed=True) is None

    def test_texts_that_are_embedded_have_a_context_each(self):
        bounded = judge(max_context_pressure=0.5)
        assert made(bounded, model(kind="embeddings", estimate=5000), Usage(5000, None)) is None
