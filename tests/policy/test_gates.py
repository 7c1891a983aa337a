import pytest
from judge_samples import judge, made, model, run, tool

from pytest_oao.model.outcomes import Raised, Returned, Streamed
from pytest_oao.policy.gates import Gate, RequireApproval
from pytest_oao.policy.policies import Policy


def test_a_tool_needs_a_reason():
    gated = {"require_rationale": ["delete_*"]}
    assert run(judge(**gated), tool("delete_a", rationale="it is old"), tool("search"), model()) is None
    for nothing in ("", "  \n"):
        breach = judge(**gated).before(tool("delete_a", x=1, rationale=nothing))
        assert (breach.rule, breach.found) == ("require_rationale", "delete_a(x=1) without a word")


def test_a_reason_is_needed_for_some_arguments_only():
    gated = {"require_rationale": ['write(path="prod/**")']}
    assert run(judge(**gated), tool("write", path="dev/a"), tool("write", path="prod/a")) == (1, "require_rationale")


class TestRequireBefore:
    GATED = {"require_before": {"write_*": ["validate", "lint*"]}}

    def test_all_that_are_needed_must_have_succeeded(self):
        assert run(judge(**self.GATED), tool("validate"), tool("lint_all"), tool("write_a"), tool("write_b")) is None
        assert run(judge(**self.GATED), tool("write_a")) == (0, "require_before")
        breach = judge_after(self.GATED, tool("validate")).begins(tool("write_a"))
        assert breach.limit == "lint* must have succeeded before"

    @pytest.mark.parametrize(
        "came",
        [
            {"failed": True},
            {"outcome": Raised("Cancelled")},
            {"outcome": Streamed(end="closed")},
            {"outcome": Streamed(end=Raised("X")), "failed": True},
        ],
    )
    def test_what_did_not_end_well_does_not_count(self, came):
        gated = judge(require_before={"write": ["validate"]})
        assert made(gated, tool("validate"), **came) is None
        assert made(gated, tool("write")).rule == "require_before"
        assert made(gated, tool("validate"), outcome=Returned()) is None
        assert made(gated, tool("write")) is None

    def test_what_is_still_being_made_does_not_count(self):
        gated = judge(require_before={"write": ["validate"]})
        assert gated.before(tool("validate", lane="0.1")) is None
        assert gated.begins(tool("write")).rule == "require_before"

    def test_of_a_record_the_times_tell_what_was_over(self):
        gated = judge(require_before={"write": ["validate"]})
        assert made(gated, tool("validate", at=1.0, number=1), ended=6.0) is None
        assert made(gated, tool("write", at=4.0, number=2)).rule == "require_before"
        assert made(gated, tool("write", at=6.5, number=2)) is None


def judge_after(rules, *calls):
    gated = judge(**rules)
    assert run(gated, *calls) is None
    return gated


def test_an_agent_has_gates_of_its_own():
    gated = {"agents": {"boss": Policy(require_rationale=["pay"], require_before={"fire": ["warn"]})}}
    assert run(judge(**gated), tool("pay"), tool("fire")) is None
    assert run(judge(**gated), tool("pay", agent="boss")) == (0, "require_rationale")
    assert run(judge(**gated), tool("fire", agent="boss")) == (0, "require_before")


class TestGate:
    def test_it_holds_for_what_is_listed(self):
        gate = Gate(Policy(idempotent=["pay", 'write(path="a*")']), lambda one: one.idempotent)
        assert not gate.is_open
        assert gate.holds(tool("pay"))
        assert gate.holds(tool("write", path="abc"))
        assert not gate.holds(tool("write", path="b"))
        assert not gate.holds(model())

    def test_it_holds_for_an_agent(self):
        gate = Gate(Policy(agents={"a*": Policy(idempotent=["pay"])}), lambda one: one.idempotent)
        assert not gate.is_open
        assert gate.holds(tool("pay", agent="anna"))
        assert not gate.holds(tool("pay", agent="bert"))

    def test_it_is_open_where_nothing_is_listed(self):
        gate = Gate(Policy(require_approval=["pay"]), lambda one: one.idempotent)
        assert gate.is_open
        assert not gate.holds(tool("pay"))


def test_what_nobody_approved_is_refused():
    rule = RequireApproval(Gate(Policy(require_approval=["pay"]), lambda one: one.require_approval))
    gated, call = judge(), tool("pay", amount=3)
    breach = rule.before(call, gated.tally)
    assert (breach.rule, breach.found) == ("require_approval", "pay(amount=3) was approved by nobody")
    call.approved = True
    assert rule.before(call, gated.tally) is None
    assert rule.before(tool("search"), gated.tally) is None
