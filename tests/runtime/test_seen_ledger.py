from decimal import Decimal

import pytest

from pytest_oao.errors import UnknownSpend
from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.runtime.seen_ledger import SeenLedger

MODEL = Line("chat", "gpt", 3, steps=2, is_model=True, usage=Usage(100, 20, 30, 4, 5), cost=Decimal("0.25"))
TOOL = Line("execute_tool", "search", 4, steps=3, is_tool=True, failed=1, retries=1)
WEB = Line("http", "example.com", 5, steps=5)
WHOLE = SeenLedger(Ledger((MODEL, TOOL, WEB), 100.0, 112.5))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("steps", 10),
        ("model_calls", 3),
        ("tool_calls", 4),
        ("retries", 1),
        ("failed", 1),
        ("tokens", 120),
        ("input_tokens", 100),
        ("output_tokens", 20),
        ("cached_tokens", 30),
        ("cache_write_tokens", 4),
        ("reasoning_tokens", 5),
        ("cost_usd", 0.25),
        ("seconds", 12.5),
    ],
)
def test_a_number_is_plain_and_knows_its_ledger(name, number):
    seen = getattr(WHOLE, name)
    assert seen == number
    assert isinstance(seen, int | float)
    assert seen.ledger is WHOLE.ledger
    assert seen + 1 == number + 1
    assert format(seen, ".2f") == format(number, ".2f")


def test_calls_of_one_name():
    assert [WHOLE.calls(name) for name in ("gpt", "search", "example.com", "nobody")] == [3, 4, 5, 0]
    assert WHOLE.lines == (MODEL, TOOL, WEB)


def test_an_empty_run_has_spent_nothing():
    empty = SeenLedger(Ledger())
    assert (empty.steps, empty.tokens, empty.cost_usd, empty.seconds) == (0, 0, 0.0, 0.0)
    assert repr(empty) == "<ledger: 0 calls, 0 steps, 0 tokens, $0>"


def test_a_cost_that_is_not_known_is_not_zero():
    unpriced = SeenLedger(Ledger((MODEL, Line("chat", "own", 2, is_model=True, usage=Usage(1, 1), unpriced=2))))
    with pytest.raises(UnknownSpend, match="own has no price") as unknown:
        _ = unpriced.cost_usd
    assert "oao_prices" in str(unknown.value)
    assert unpriced.tokens == 122


@pytest.mark.parametrize("name", ["tokens", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens"])
def test_tokens_that_were_not_told_are_not_zero(name):
    untold = SeenLedger(Ledger((MODEL, Line("chat", "own", 2, is_model=True, untold=1, unpriced=1))))
    with pytest.raises(UnknownSpend, match="1 of 2 answers of own came without usage"):
        getattr(untold, name)
    with pytest.raises(UnknownSpend, match="1 of 2 answers of own came without usage"):
        _ = untold.cost_usd
    assert untold.model_calls == 5


def test_the_cost_of_a_ledger_is_the_exact_sum():
    lines = tuple(Line("chat", str(number), is_model=True, cost=Decimal("0.1")) for number in range(3))
    assert SeenLedger(Ledger(lines)).cost_usd == 0.3
    assert 0.1 + 0.1 + 0.1 != 0.3
