"""Calls that a person must approve: by a hook, beforehand, by a framework; denied, the body never runs."""

import asyncio
import json

import pytest
from policed_samples import LISTED, record_and_replay, recorded, verdicts

import pytest_oao
from pytest_oao.errors import BadOption, OaoHalt, PolicyViolation
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.policy.facts import Facts
from pytest_oao.policy.policies import Policy
from pytest_oao.ports import Approval
from pytest_oao.runtime.approvals import Approvals
from pytest_oao.runtime.call_facts import READS
from pytest_oao.runtime.spending import judged

POLICY = Policy(require_approval=["pay"])
RAN = []


@pytest_oao.tool
def pay(amount):
    RAN.append(amount)
    return amount


@pytest_oao.tool(name="pay")
async def pay_async(amount):
    RAN.append(amount)
    return amount


@pytest_oao.tool
def search(query):
    return query


@pytest.fixture(autouse=True)
def fresh():
    RAN.clear()


def agent():
    return [search("a"), pay(5)]


@pytest.mark.parametrize(
    ("said", "by", "why"),
    [
        (True, "the approval hook", ""),
        ("yes", "the approval hook", ""),
        (Approval(approved=True, by="ann", reason="it is due"), "ann", "it is due"),
        (Approval(approved=True), "the approval hook", ""),
    ],
)
def test_what_a_hook_approves_is_made_and_the_record_says_by_whom(tmp_path, said, by, why):
    asked = []

    def approve(call):
        asked.append((call.target, call.body.json()))
        return said

    live, again, record = record_and_replay(tmp_path, agent, POLICY, approve=approve)
    assert live == again == ["a", 5]
    assert RAN == [5], "once, live"
    assert asked == [("pay", {"amount": 5})], "once, live"
    assert [exchange.call.kind for exchange in record.exchanges] == ["execute_tool", "human_input", "execute_tool"]
    (verdict,) = record.exchanges[2].verdicts
    assert (verdict.said, verdict.rule, verdict.by, verdict.why) == ("approved", "require_approval", by, why)


@pytest.mark.parametrize("said", [False, "no", "", Approval(approved=False, by="ann", reason="too much")])
def test_what_is_refused_is_never_made(tmp_path, said):
    with (
        pytest.raises(PolicyViolation) as stopped,
        recorded(tmp_path, policy=POLICY, approve=lambda _: said) as session,
    ):
        agent()
    assert RAN == []
    breach = stopped.value.violation.breach
    assert breach.rule == "require_approval"
    assert "pay(amount=5) was refused by" in breach.found
    assert ("too much" in breach.found) is isinstance(said, Approval)
    exchanges = session.session.exchanges
    assert [one.call.kind for one in exchanges] == ["execute_tool", "human_input", "execute_tool"]
    assert exchanges[2].outcome.type == "PolicyViolation"
    assert exchanges[2].verdicts[-1].said == "denied"


def test_what_is_refused_is_refused_in_a_replay_too(tmp_path):
    approve_first = iter([True, False])
    with recorded(tmp_path, policy=POLICY, approve=lambda _: next(approve_first)) as session:
        pay(1)
        with pytest.raises(PolicyViolation):
            pay(2)
        with pytest.raises(PolicyViolation):
            search("anything")
        exchanges = session.session.exchanges
        session._gateway.halted = None  # the journal is wanted whole
    assert RAN == [1]
    assert [one.call.kind for one in exchanges] == ["human_input", "execute_tool", "human_input", "execute_tool"]
    replay = pytest_oao.replay(session.cassette, policy=POLICY)
    with pytest.raises(PolicyViolation, match="refused by"), replay:
        pay(1)
        pay(2)
    assert RAN == [1]


def test_a_hook_that_leaves_it_to_somebody_else_has_the_answers_asked_that_were_given_beforehand(tmp_path):
    with recorded(tmp_path, policy=POLICY, approve=lambda _: None) as session, pytest_oao.answering("yes", "no"):
        assert pay(1) == 1
        with pytest.raises(PolicyViolation, match="an answer given beforehand"):
            pay(2)
        session._gateway.halted = None
    assert RAN == [1]


def test_answers_may_be_a_function_of_the_question(tmp_path):
    asked = []
    with recorded(tmp_path, policy=POLICY), pytest_oao.answering(lambda question: asked.append(question) or "y"):
        assert pay(1) == 1
    assert asked == ["Approve pay({'amount': 1})? (yes / no) "]


def test_nobody_there_is_no_approval(tmp_path, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("it is asked in a test run"))
    with pytest.raises(OaoHalt), recorded(tmp_path, policy=POLICY, approve=lambda _: "perhaps"):
        pay(1)
    assert RAN == []


def test_an_answer_that_is_neither_stops_the_run(tmp_path):
    approvals = Approvals(lambda _: 7)
    with pytest.raises(BadOption, match="neither approves nor refuses"):
        approvals.ask(facts(1))


def test_a_hook_that_fails_approves_nothing_and_the_agent_cannot_go_on(tmp_path):
    def approve(_):
        raise KeyError("hook")

    with (
        pytest.raises(PolicyViolation, match="was not decided on: KeyError"),
        recorded(tmp_path, policy=POLICY, approve=approve),
    ):
        try:
            pay(1)
        except Exception:  # noqa: BLE001 - as agents do
            pytest.fail("it looks like a failure of the tool")
    assert RAN == []


def test_what_a_hook_does_is_no_call_of_the_agent_s(tmp_path):
    _, _, record = record_and_replay(tmp_path, agent, POLICY, approve=lambda _: bool(search("in the hook")))
    assert len(record.exchanges) == 3


def test_asynchronous_tools_are_approved_too(tmp_path):
    live, again, record = record_and_replay(
        tmp_path, lambda: asyncio.run(pay_async(3)), POLICY, approve=lambda call: call.body.json()["amount"] < 4
    )
    assert live == again == 3
    assert verdicts(record)[1] == [("approved", "require_approval")]
    with pytest.raises(PolicyViolation), recorded(tmp_path, policy=POLICY, approve=lambda _: False):
        asyncio.run(pay_async(3))
    assert RAN == [3]


def test_each_call_is_approved_by_itself(tmp_path):
    asked = []
    live, again, _ = record_and_replay(
        tmp_path, lambda: [pay(5), pay(5)], POLICY, approve=lambda call: asked.append(call) or True
    )
    assert live == again == [5, 5]
    assert len(asked) == 2


def test_only_some_arguments_need_approval(tmp_path):
    schema = {"tool": "pay", "arguments": {"properties": {"amount": {"minimum": 100}}}}
    policy, asked = Policy(require_approval=[schema]), []
    record_and_replay(tmp_path, lambda: [pay(5), pay(500)], policy, approve=lambda call: asked.append(call) or True)
    assert [call.body.json() for call in asked] == [{"amount": 500}]


def test_only_some_agents_need_approval(tmp_path):
    policy, asked = Policy(agents={"intern": Policy(require_approval=["pay"])}), []

    def work():
        with pytest_oao.agent("intern"):
            pay(1)
        pay(2)

    _, _, record = record_and_replay(tmp_path, work, policy, approve=lambda call: asked.append(call) or True)
    assert len(asked) == 1
    assert judged(record, Policy(agents={"*": Policy(require_approval=["pay"])}), LISTED).number == 3


def framework(tool, arguments, decision, number=""):
    """Return what a framework asked a person, and what was decided."""
    body = {"tool": tool, "arguments": arguments, "decision": decision}
    attributes = {"gen_ai.tool.name": tool, **({"gen_ai.tool.call.id": number} if number else {})}
    call = Call("human_input", "approval", Body(json.dumps(body).encode()), attributes=attributes)
    return call, Returned(Body(b"null"))


def facts(amount, number="", tool="pay"):
    attributes = {"gen_ai.tool.call.id": number} if number else {}
    call = Call("execute_tool", tool, Body(json.dumps({"amount": amount}).encode()), attributes=attributes)
    return Facts(call, tool=tool, reads=READS)


class TestWhatFrameworksAskedAlready:
    def test_it_is_found_by_the_call_s_id_whatever_became_of_the_arguments(self):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, "approve", "call_1"))
        approvals.heard(*framework("pay", {"amount": 1}, "reject", "call_2"))
        assert approvals.of(facts(1, "call_3")) is None
        assert approvals.of(facts(9, "call_2")).approved is False
        assert approvals.of(facts(9, "call_1")).approved is True

    def test_or_by_its_arguments_where_there_is_no_id(self):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, "approve"))
        assert approvals.of(facts(2)) is None
        assert approvals.of(facts(1, tool="refund")) is None
        assert approvals.of(facts(1, "call_1")).by == "a framework's approval"

    def test_it_is_good_for_one_call(self):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, "approve"))
        assert approvals.of(facts(1)) is not None
        assert approvals.of(facts(1)) is None

    @pytest.mark.parametrize("decision", [True, "approve", "approved"])
    def test_words_that_approve(self, decision):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, decision))
        assert approvals.of(facts(1)).approved

    @pytest.mark.parametrize("decision", [False, "reject", "rejected", "deny", "denied"])
    def test_words_that_refuse(self, decision):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, decision))
        assert not approvals.of(facts(1)).approved

    @pytest.mark.parametrize("decision", [None, "perhaps", 1.5, {}])
    def test_what_says_neither_is_no_approval(self, decision):
        approvals = Approvals()
        approvals.heard(*framework("pay", {"amount": 1}, decision))
        assert approvals.of(facts(1)) is None

    def test_nor_is_what_was_never_answered(self):
        approvals = Approvals()
        call, _ = framework("pay", {"amount": 1}, "approve")
        approvals.heard(call, Raised("Cancelled"))
        approvals.heard(Call("human_input", "input", call.body), Returned(Body(b"true")))
        assert approvals.of(facts(1)) is None
