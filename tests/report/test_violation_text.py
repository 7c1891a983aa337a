from dataclasses import replace
from decimal import Decimal

import pytest
from report_samples import SITE, chat, replies, tool

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.model.outcomes import Returned
from pytest_oao.model.violations import Breach, Spent, Violation
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.report.violation_text import render_violation

TEST = "tests/test_refund.py::test_refund"
REMEDY = """Look at the last calls: does the agent go round in a circle?
Else raise max_steps of policy 'support'."""
STEPS = Breach("max_steps", "at most 10", "11 steps", remedy=REMEDY)
FORBIDDEN = Breach("denied_tools", 'not allowed: write_file(path="prod/**")', 'write_file(path="prod/db.yaml")')
HOSTILE = "\x1b[2J\r\n::error::owned\n##[command]x\u202e\x07\u2028::stop-commands::\x00"


def spent(exchange, cost="0"):
    is_model = exchange.call.kind == "chat"
    name = exchange.call.model or exchange.call.target
    priced = {"unpriced": 1} if cost is None else {"cost": Decimal(cost)}
    return Spent(exchange, Line(exchange.call.kind, name, is_model=is_model, usage=exchange.usage, **priced))


BEFORE = (
    spent(chat(8, "Where is order 17?", "Let me look."), "0.0004"),
    spent(tool(9)),
    spent(chat(10, "Where is order 18?", "Let me look."), "0.0004"),
)
LEDGER = Ledger(
    (
        Line("chat", "gpt-5-mini", 6, 6, is_model=True, usage=BEFORE[0].line.usage, cost=Decimal("0.0123")),
        Line("execute_tool", "lookup_order", 4, 4, is_tool=True, failed=1),
    ),
    100.0,
    112.3,
    "prices of 2026-11-01",
)


def violation(breach=STEPS, when="before", **more):
    call = replace(tool(11).call, site=SITE)
    return replace(Violation("support", breach, when, call, 11, LEDGER, BEFORE, TEST), **more)


WHOLE = """\
oao: policy violation — max_steps: 11 steps, at most 10 (call 11 of the run, lane 0)
  policy     support
  call       execute_tool lookup_order({"order": 17})
             shop/agent.py:41 in answer, from tests/test_refund.py:12 in test_refund
             the call was not made

  before     #8 chat gpt-5-mini · 1,203 in, 87 out · $0.0004
                “Let me look.”
                → lookup_order({"order": 17})
             #9 execute_tool lookup_order({"order": 17})
                → {"status": "shipped"}
             #10 chat gpt-5-mini · 1,203 in, 87 out · $0.0004
                “Let me look.”
                → lookup_order({"order": 17})

  spent                                 calls  failed  tokens in  out     cost
             chat gpt-5-mini                6              1,203   87  $0.0123
             execute_tool lookup_order      4       1
             total                         10       1      1,203   87  $0.0123
             in 12.3 s
             prices of 2026-11-01

  then       Look at the last calls: does the agent go round in a circle?
             Else raise max_steps of policy 'support'.
  run        tests/test_refund.py::test_refund
  more       oao explain policy-violation"""


def test_a_limit_that_is_passed():
    assert render_violation(violation(), replies=replies) == WHOLE


def test_a_forbidden_tool():
    text = render_violation(violation(FORBIDDEN, policy="", where=""))
    assert text.startswith(
        'oao: policy violation — denied_tools: write_file(path="prod/db.yaml"), not allowed: write_file(path="prod/**")'
        " (call 11 of the run, lane 0)\n  call "
    )
    assert "then " not in text
    assert "run  " not in text


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("before", "the call was not made"),
        ("during", "its stream was stopped"),
        ("after", "it was answered, and then the run was stopped"),
    ],
)
def test_what_became_of_the_call_is_told(when, told):
    assert f"             {told}\n" in render_violation(violation(when=when))


def test_a_model_call_tells_what_it_asks():
    text = render_violation(violation(call=chat(11, "Where is order 19?").call))
    assert "  call       chat gpt-5-mini\n             “Where is order 19?”\n             shop/agent.py:41" in text


def test_an_estimate_is_called_one():
    estimated = violation(replace(STEPS, estimated=True))
    assert "  estimate   the number is partly an estimate" in render_violation(estimated)
    assert "estimate" not in render_violation(violation())


def test_a_cost_that_is_not_known_says_so():
    text = render_violation(violation(before=(spent(chat(1, "Hi"), None),)))
    assert "  before     #1 chat gpt-5-mini · 1,203 in, 87 out · cost unknown\n" in text


def test_a_violation_of_no_call_in_particular():
    text = render_violation(violation(call=None, number=0, before=()))
    assert text.startswith("oao: policy violation — max_steps: 11 steps, at most 10\n  policy     support\n\n  spent")


def test_more_verbosity_shows_more():
    lines = tuple(Line("execute_tool", f"tool{number}", is_tool=True) for number in range(40))
    many = violation(before=tuple(spent(tool(number)) for number in range(20)), ledger=Ledger(lines))
    lengths = [len(render_violation(many, verbosity=verbosity).splitlines()) for verbosity in range(3)]
    assert lengths == sorted(set(lengths))
    assert "#19 execute_tool" in render_violation(many)
    assert "#0 execute_tool" in render_violation(many, verbosity=2)
    assert "execute_tool tool39" in render_violation(many, verbosity=2)


def test_what_a_call_cost_is_never_cut_and_lines_fit_the_width():
    long = chat(1, "Hi " * 400)
    long = replace(long, call=replace(long.call, attributes={"gen_ai.request.model": "m" * 400}))
    for width in (80, 100):
        text = render_violation(violation(breach=replace(STEPS, remedy=""), before=(spent(long, "1.5"),)), width=width)
        assert max(map(len, text.splitlines())) <= 100
        assert "… · 1,203 in, 87 out · $1.50\n" in text


def test_nothing_of_a_run_is_printed_raw():
    site = Site(HOSTILE, HOSTILE)
    call = Call(HOSTILE, HOSTILE, Body(HOSTILE.encode()), HOSTILE, attributes={"gen_ai.tool.name": HOSTILE}, site=site)
    one = Spent(Exchange(1, call, Returned(Body(HOSTILE.encode()))), Line(HOSTILE, HOSTILE, unpriced=1))
    breach = Breach(HOSTILE, HOSTILE, HOSTILE, estimated=True, remedy=HOSTILE)
    hostile = Violation(HOSTILE, breach, "after", call, 1, Ledger((one.line,), prices=HOSTILE), (one,), HOSTILE)
    reply = Reply(HOSTILE, HOSTILE, (ToolCall(HOSTILE, HOSTILE, HOSTILE),))
    for verbosity in range(3):
        for answer in (reply, Reply()):
            text = render_violation(hostile, verbosity=verbosity, replies=lambda _, answer=answer: answer)
            assert not set(text) & set("\x1b\r\x07\u202e\u2028\x00")
            assert not any(line.strip().startswith("::") or "##[" in line for line in text.splitlines())
