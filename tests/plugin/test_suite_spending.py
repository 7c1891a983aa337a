import json
from decimal import Decimal

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.plugin.spending_record import record_of
from pytest_oao.plugin.suite_spending import spending_lines


def models(cost="0.02", calls=1, usage=Usage(100, 20), **more):  # noqa: B008 - frozen
    return Ledger((Line("chat", "gpt", calls, calls, is_model=True, usage=usage, cost=Decimal(cost), **more),))


TOOLS = Ledger((Line("execute_tool", "search", 3, 3, is_tool=True),))
NOTHING = Ledger()


def told(*records, verbosity=0, width=80):
    records = [(name, name, json.loads(json.dumps(record_of(*ledgers)))) for name, *ledgers in records]
    return list(spending_lines(records, verbosity, width))


def test_a_row_for_each_test_the_dearest_first_and_the_sum():
    lines = told(
        ("t.py::test_cheap", NOTHING, models("0.01")),
        ("t.py::test_tools_only", NOTHING, TOOLS),
        ("t.py::test_dear", models("0.0004", 2), models("0.5") + TOOLS),
    )
    assert lines == [
        "                  steps  tokens     cost  saved",
        "t.py::test_dear       6     240  $0.0004  $0.50",
        "t.py::test_cheap      1     120    $0.00  $0.01",
        "total                10     360  $0.0004  $0.51",
    ]


def test_what_no_replay_saved_has_no_column():
    assert told(("t.py::test_a", models(), NOTHING))[0].split() == ["steps", "tokens", "cost"]


def test_with_q_the_sum_is_a_sentence():
    replayed, live = ("a", NOTHING, models()), ("b", models("0.4", 2), NOTHING)
    assert told(replayed, live, verbosity=-1) == ["3 steps, 240 tokens, spent $0.40, saved $0.02"]
    assert told(replayed, verbosity=-1) == ["1 step, 120 tokens, saved $0.02"]
    assert told(live, verbosity=-1) == ["2 steps, 120 tokens, spent $0.40"]


def test_a_run_without_model_calls_tells_nothing():
    assert told(("a", NOTHING, TOOLS)) == told() == []


def test_what_is_not_known_says_so():
    unknown = models("0", usage=Usage(), untold=1, unpriced=1)
    lines = told(("a", unknown, NOTHING), ("b", models("0.1"), NOTHING), ("c", NOTHING, models("0", unpriced=1)))
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert rows == {
        "b": ["1", "120", "$0.10"],
        "c": ["1", "120", "$0.00", "unknown"],
        "a": ["1", "unknown", "unknown"],
        "total": ["3", "≥", "240", "≥", "$0.10", "unknown"],
    }
    sentence = told(("a", unknown, models("0.1", unpriced=1)), verbosity=-1)
    expected = "2 steps, ≥ 120 tokens, spent unknown (1 call unpriced), saved ≥ $0.10 (1 call unpriced)"
    assert sentence == [expected]


def test_twenty_tests_are_shown_and_all_with_v():
    records = [(f"test_{number:02}", models(f"0.{number:02}"), NOTHING) for number in range(1, 26)]
    lines = told(*records)
    assert [line.split()[0] for line in lines[1:21]] == [f"test_{number:02}" for number in range(25, 5, -1)]
    assert lines[21] == "… and 5 more tests (-v shows all)"
    assert lines[22].split() == ["total", "25", "3,000", "$3.25"]
    assert len(told(*records, verbosity=1)) == 27


def test_a_test_that_is_run_again_has_spent_twice():
    lines = told(("a", models("0.1"), NOTHING), ("a", models("0.2"), NOTHING))
    assert lines[1].split() == ["a", "2", "240", "$0.30"]


def test_long_names_are_cut():
    lines = told(("t.py::test_" + "x" * 200 + "_end", models(), models()))
    assert max(map(len, lines)) <= 80
    assert any("x_end " in line for line in lines)  # the end tells tests apart
