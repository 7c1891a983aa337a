"""What finished sessions have spent, and whether they were within a policy: recorded, imported, stopped."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policed_samples import LISTED, answer

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.ledgers import Ledger
from pytest_oao.model.outcomes import DENIED, Head, Raised, Returned
from pytest_oao.model.sessions import Ending, Header, Origin, Session
from pytest_oao.policy.policies import Policy
from pytest_oao.providers.http_calls import http_call
from pytest_oao.runtime.spending import judged, ledger_of, spent_of


def _total(ledgers):
    return sum(ledgers, Ledger())


def body(value):
    return Body(json.dumps(value).encode(), "application/json")


def chat(seq, tokens=(10, 5), lane="0", status=200, **more):
    call = http_call("POST", "https://a.test/v1/chat/completions", (), b'{"model": "gpt"}', lane=lane)
    return exchange(seq, call, Returned(body(answer(tokens=tokens)), Head(status)), **more)


def tool(seq, name="search", lane="0", outcome=None, **more):
    attributes = {"gen_ai.tool.name": name, **more.pop("attributes", {})}
    call = Call("execute_tool", name, body({"q": more.pop("q", 1)}), lane, attributes=attributes)
    return exchange(seq, call, outcome or Returned(body("x")), **more)


def exchange(seq, call, outcome, parent=None, caused_by=None, at=None):
    call = replace(call, parent=parent, caused_by=caused_by)
    return Exchange(seq, call, outcome, 1000.0 + seq if at is None else at, 0.5)


def session(*exchanges, **header):
    return Session(Header("s", **header), exchanges, Ending("passed"))


def broken(policy, *exchanges):
    violation = judged(session(*exchanges), policy, LISTED)
    return violation and (violation.breach.rule, violation.number, violation.when)


class TestTheLedgerOfASession:
    def test_is_the_sum_of_its_calls(self):
        whole = session(chat(1), tool(2), chat(3), tool(4, outcome=Raised("X")), tool(5))
        ledger = ledger_of(whole, LISTED)
        assert [(one.name, one.calls, one.steps, one.failed, one.retries) for one in ledger.lines] == [
            ("gpt", 2, 2, 0, 0),
            ("search", 3, 3, 1, 1),
        ]
        assert ledger.total.cost == Decimal("0.00012")
        assert (ledger.began, ledger.ended, ledger.prices) == (1001.0, 1005.5, LISTED.label)

    def test_has_nothing_that_was_denied_and_no_reading_of_a_clock(self):
        clock = exchange(2, Call("clock", "time.time"), Returned(Body(b"1")))
        ledger = ledger_of(session(chat(1), clock, tool(3, outcome=Raised(DENIED, "no"))), LISTED)
        assert [one.name for one in ledger.lines] == ["gpt"]

    def test_knows_what_was_made_within_tools(self):
        ledger = ledger_of(session(tool(1, "research"), chat(2, parent=1), tool(3, "deep", parent=1)), LISTED)
        assert (ledger.total.steps, ledger.total.calls) == (1, 3)

    def test_of_an_import_without_times_has_none(self):
        ledger = ledger_of(session(chat(1, at=0.0), tool(2, at=0.0)), LISTED)
        assert (ledger.began, ledger.ended, ledger.seconds) == (None, None, 0.0)

    def test_of_nothing_is_nothing(self):
        assert ledger_of(session(), LISTED).total.calls == 0

    @given(st.lists(st.sampled_from([chat, tool]), max_size=8), st.randoms())
    def test_is_the_sum_of_its_parts_in_whatever_order(self, makers, random):
        exchanges = [make(seq, lane=f"0.{seq}") for seq, make in enumerate(makers, 1)]
        whole = ledger_of(session(*exchanges), LISTED)
        parts = [ledger_of(session(one), LISTED) for one in exchanges]
        random.shuffle(parts)
        assert _total(parts) == whole
        assert [spent.line for spent in spent_of(session(*exchanges), LISTED)] == [
            part.lines[0] for part in (ledger_of(session(one), LISTED) for one in exchanges)
        ]


class TestJudged:
    def test_what_is_within_is(self):
        policy = Policy(max_steps=2, max_tokens=15, max_seconds=2, rate="2/s", max_retries=0, allowed_tools=["search"])
        assert broken(policy, chat(1), tool(2)) is None

    @pytest.mark.parametrize(
        ("policy", "found"),
        [
            (Policy(max_steps=2), ("max_steps", 3, "found")),
            (Policy(max_tokens=29), ("max_tokens", 3, "found")),
            (Policy(max_tokens=30), None),
            (Policy(max_cost_usd=0.00011), ("max_cost_usd", 3, "found")),
            (Policy(max_seconds=1.4), ("max_seconds", 2, "found")),
            (Policy(max_seconds=1.8), ("max_seconds", 3, "found")),
            (Policy(max_seconds=2.5), None),
            (Policy(rate="2/3s"), ("rate", 3, "found")),
            (Policy(rate="2/2s"), None),
            (Policy(denied_tools=["s*"]), ("denied_tools", 2, "found")),
            (Policy(allowed_hosts=["b.test"]), ("allowed_hosts", 1, "found")),
            (Policy(max_context_pressure=0.009), ("max_context_pressure", 1, "found")),
            (Policy(max_repeats=1), ("max_repeats", 3, "found")),
        ],
    )
    def test_the_first_rule_that_is_broken_is_told(self, policy, found):
        assert broken(policy, chat(1), tool(2), chat(3)) == found

    def test_a_request_is_judged_by_what_it_took_not_by_an_estimate(self):
        call = http_call(
            "POST", "https://a.test/v1/chat/completions", (), json.dumps({"prompt": "a b " * 999}).encode()
        )
        long = exchange(1, call, Returned(body(answer(tokens=(10, 5))), Head(200)))
        assert broken(Policy(max_tokens=20), long) is None

    def test_a_call_that_was_approved_may_be_made(self):
        policy = Policy(require_approval=["pay"])
        about = {"tool": "pay", "arguments": {"q": 1}}
        asked = exchange(
            1, Call("human_input", "approval", body(about)), Returned(body({"approved": True, "by": "ann"}))
        )
        assert broken(policy, asked, tool(2, "pay")) is None
        assert broken(policy, asked, tool(2, "pay"), tool(3, "pay")) == ("require_approval", 3, "found")
        assert broken(policy, tool(2, "pay")) == ("require_approval", 2, "found")
        refused = replace(asked, outcome=Returned(body({"approved": False, "by": "ann"})))
        assert broken(policy, refused, tool(2, "pay")) == ("require_approval", 2, "found")

    def test_a_tool_has_the_reason_of_the_answer_that_asked_for_it(self):
        policy = Policy(require_rationale=["pay"])
        assert broken(policy, chat(1), tool(2, "pay", caused_by=1)) is None
        assert broken(policy, chat(1), tool(2, "pay")) == ("require_rationale", 2, "found")

    def test_agents_are_told_apart_by_their_names_in_the_record(self):
        policy = Policy(agents={"ann": Policy(denied_tools=["pay"])})
        assert broken(policy, tool(1, "pay")) is None
        named = tool(1, "pay", attributes={"gen_ai.agent.name": "ann"})
        assert broken(policy, named) == ("denied_tools", 1, "found")
        inside = tool(2, "pay", parent=1)
        assert broken(policy, tool(1, "x", attributes={"gen_ai.agent.name": "ann"}), inside) == (
            "denied_tools",
            2,
            "found",
        )

    def test_what_was_denied_is_judged_like_any_other_call(self):
        denied = tool(2, outcome=Raised(DENIED, "no"))
        assert broken(Policy(max_steps=1), tool(1), denied) == ("max_steps", 2, "found")
        assert broken(Policy(max_steps=2), tool(1), denied) is None

    def test_a_call_in_doubt_was_made(self):
        doubted = replace(session(tool(1)), in_doubt=(tool(2).call,))
        violation = judged(doubted, Policy(max_steps=1), LISTED)
        assert (violation.breach.rule, violation.number) == ("max_steps", 2)
        assert ledger_of(doubted, LISTED).total.calls == 2

    def test_a_violation_tells_what_led_there(self):
        exchanges = [tool(seq, q=seq) for seq in range(1, 20)]
        violation = judged(session(*exchanges, test="test_x"), Policy(name="p", max_steps=12), LISTED)
        assert (violation.policy, violation.where, violation.number) == ("p", "test_x", 13)
        assert [spent.exchange.seq for spent in violation.before] == list(range(5, 13))
        assert violation.ledger.total.calls == 12
        whole = session(*exchanges)
        assert judged(whole, Policy(max_steps=12), LISTED, where="a.yaml").where == "a.yaml"
        assert judged(whole, Policy(max_steps=12), LISTED).where == "s"

    def test_imports_without_times_are_judged_by_the_rest(self):
        imported = session(*[tool(seq, at=0.0) for seq in (1, 2, 3)], origin=Origin("imported"))
        assert judged(imported, Policy(max_seconds=0, rate="1/h"), LISTED) is None
        assert judged(imported, Policy(max_repeats=2), LISTED).number == 3
