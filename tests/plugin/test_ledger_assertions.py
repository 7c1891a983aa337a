import pytest

NUMBERS = """
from decimal import Decimal

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.runtime.seen_ledger import SeenLedger

LINES = (
    Line("chat", "gpt-test", 3, 3, is_model=True, usage=Usage(1000, 20), cost=Decimal("0.52")),
    Line("execute_tool", "search", 2, 2, is_tool=True),
)
MANY = tuple(Line("execute_tool", f"tool{n:02}", is_tool=True) for n in range(30))


SPENT = SeenLedger(Ledger(LINES, 100.0, 112.3))
OTHERS = SeenLedger(Ledger(MANY))
"""


@pytest.fixture
def failing(light):
    """Run tests of one assertion each, and return the lines that pytest shows of an error."""

    def run(*assertions, options=()):
        tests = [f"def test_{number}():\n    assert {one}\n" for number, one in enumerate(assertions)]
        light.write(numbers_of=NUMBERS, test_agent="from numbers_of import *\n\n" + "\n".join(tests))
        done = light.run("-p", "no:randomly", *options)
        done.assert_outcomes(failed=len(assertions))
        return [line[8:] for line in done.outlines if line.startswith("E  ")]

    return run


def test_a_cost_that_is_too_high_shows_what_was_spent_where(failing):
    assert failing("SPENT.cost_usd < 0.40") == [
        "assert $0.52 < $0.40",
        "                       calls  tokens in  out   cost",
        "  chat gpt-test            3      1,000   20  $0.52",
        "  execute_tool search      2",
        "  total                    5      1,000   20  $0.52",
        "  in 12.3 s",
    ]


def test_other_numbers_and_the_other_side(failing):
    lines = failing(
        "1000 > SPENT.tokens", "SPENT.seconds <= 10", "SPENT.model_calls == 4.5", "SPENT.cost_usd < 0.5199999"
    )
    told = [line for line in lines if line.startswith("assert")]
    assert told == ["assert 1,000 > 1,020", "assert 12.3 s <= 10.0 s", "assert 3 == 4.5", "assert 0.52 < 0.5199999"]


@pytest.mark.parametrize(("options", "rows"), [((), 4), (("-v",), 4), (("-vv",), 30)])
def test_more_verbosity_shows_more_rows(failing, options, rows):
    lines = failing("OTHERS.tool_calls < 10", options=options)
    assert len([line for line in lines if line.startswith(("  execute_tool tool", "  … "))]) == rows
    assert any(line.split() == ["total", "30"] for line in lines)
    assert not any("truncated" in line for line in lines)


def test_what_is_no_number_of_a_ledger_is_shown_by_pytest(failing):
    lines = failing("SPENT.cost_usd == 'x'", "type('Bank', (int,), {'ledger': 'mine'})(3) == 4")
    assert not any("gpt-test" in line for line in lines)


def test_nothing_is_loaded_for_other_comparisons(light):
    light.write(
        test_agent="""
        import sys

        def test_it():
            try:
                assert 1 == 2
            except AssertionError:
                assert "pytest_oao.plugin.ledger_assertions" not in sys.modules
        """
    )
    light.run().assert_outcomes(passed=1)
