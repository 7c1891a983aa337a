from dataclasses import replace
from decimal import Decimal

import pytest

from pytest_oao.model.exchanges import Usage
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.report.ledger_text import by_kind, ledger_lines
from pytest_oao.report.spending_facts import money

HOSTILE = "\x1b[2J\r\n::error::owned\n##[command]x\u202e\x07\u2028"


def model(name="gpt-5-mini", calls=3, cost="0.0123", usage=Usage(1203, 87), **more):  # noqa: B008 - frozen
    return Line("chat", name, calls, calls, is_model=True, usage=usage, cost=Decimal(cost), **more)


def tool(name="search", calls=2, **more):
    return Line("execute_tool", name, calls, calls, is_tool=True, **more)


def text(*lines, width=100, **more):
    return "\n".join(ledger_lines(Ledger(tuple(lines), **more), width))


WHOLE = """\
                      calls  failed  retries            tokens in                   out     cost
chat claude-sonnet-5      1                                10,000                 2,000    $0.06
chat gpt-5-mini           8       1        1  41,203 (200 cached)  1,870 (12 reasoning)  $0.0123
execute_tool search       2       2
total                    11       3        1  51,203 (200 cached)  3,870 (12 reasoning)  $0.0723
in 12.3 s
prices of 2026-11-01"""


def test_a_row_for_each_line_and_their_sum():
    usage = Usage(41_203, 1_870, 200, None, 12)
    lines = (
        model("claude-sonnet-5", 1, "0.06", Usage(10_000, 2_000)),
        model(calls=8, usage=usage, failed=1, retries=1),
        tool(failed=2),
    )
    assert text(*lines, began=100.0, ended=112.3, prices="prices of 2026-11-01") == WHOLE


def test_columns_that_are_empty_are_left_out():
    assert text(tool(), Line("http", "shop.test")).splitlines() == [
        "                     calls",
        "execute_tool search      2",
        "http shop.test           1",
        "total                    3",
    ]


def test_a_ledger_without_calls():
    assert text() == "no calls"
    assert by_kind(Ledger()) == ""


def test_a_cost_that_is_not_known_is_never_zero():
    told = text(model("gpt-new", 2, "0", unpriced=2)).splitlines()
    assert told[1].split()[-1] == told[2].split()[-1] == "unknown"
    assert told[3] == "no price is known of gpt-new (2 calls unpriced)"
    assert "$" not in "".join(told)


def test_a_cost_that_is_partly_known_is_at_least_that():
    told = text(model(), model("gpt-new", 2, "0", unpriced=2)).splitlines()
    assert told[3].endswith("≥ $0.0123")
    assert told[4] == "no price is known of gpt-new (2 calls unpriced)"


def test_tokens_that_are_partly_told_are_at_least_that():
    told = text(model(untold=1, unpriced=1), model("silent", 1, "0", Usage(), untold=1, unpriced=1)).splitlines()
    assert told[1].split() == ["chat", "gpt-5-mini", "3", "≥", "1,203", "≥", "87", "≥", "$0.0123"]
    assert told[2].split() == ["chat", "silent", "1", "unknown", "unknown", "unknown"]
    assert told[3].split()[2:] == ["≥", "1,203", "≥", "87", "≥", "$0.0123"]
    assert told[4] == "tokens were not told by gpt-5-mini, silent (2 calls)"


def test_a_model_that_only_failed_cost_nothing():
    assert text(model(usage=Usage(), cost="0", failed=3)).splitlines()[1].split()[2:] == ["3", "3", "$0.00"]


def test_of_many_lines_the_dearest_are_shown_and_the_others_are_one():
    lines = [tool(f"tool{number:02}", number + 1) for number in range(30)]
    dear, unknown = model("zz-dear"), model("zz-new", 1, "0", unpriced=1)
    told = text(*lines, dear, unknown).splitlines()
    assert len(told) == 1 + 20 + 1 + 1
    assert {"chat zz-dear", "chat zz-new", "execute_tool tool29"} <= {line[:19].strip() for line in told}
    assert told[20].split() == ["…", "13", "others", str(sum(range(1, 14)))]
    assert told[21].split()[:2] == ["total", str(sum(range(1, 31)) + 4)]


def test_rows_fit_the_width():
    lines = (model("m" * 300), tool("t" * 300))
    for width in (80, 100):
        assert max(map(len, text(*lines, width=width).splitlines())) <= width


def test_nothing_of_a_record_is_printed_raw():
    told = text(replace(model(HOSTILE), unpriced=1), tool(HOSTILE), width=400)
    assert not set(told) & set("\x1b\r\x07\u202e\u2028")
    assert not any(line.strip().startswith("::") or "##[" in line for line in told.splitlines())


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        ("0", "$0.00"),
        ("0.4", "$0.40"),
        ("0.5234567", "$0.5235"),
        ("0.0123", "$0.0123"),
        ("0.0004", "$0.0004"),
        ("0.00039999", "$0.0004"),
        ("0.00001234", "$0.000012"),
        ("0.000000005", "$0.000000005"),
        ("0.99999", "$1.00"),
        ("12.3", "$12.30"),
        ("1234.567", "$1,234.57"),
        ("1E+3", "$1,000.00"),
        ("1E+27", "$1,000,000,000,000,000,000,000,000,000.00"),
    ],
)
def test_dollars_have_the_digits_that_matter(dollars, shown):
    assert money(Decimal(dollars)) == shown


def test_what_was_spent_in_one_line():
    ledger = Ledger((model(), model("gpt-new", 2, "0", unpriced=2), tool()))
    assert by_kind(ledger) == "≥ $0.0123 (2 calls unpriced) · 5 chat, 2 execute_tool"
    assert by_kind(Ledger((model("gpt-new", 1, "0", unpriced=1),))) == "unknown (1 call unpriced) · 1 chat"
    assert by_kind(Ledger((tool(),))) == "2 execute_tool"
