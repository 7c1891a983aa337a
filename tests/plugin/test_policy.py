"""How a test is given its policy, and what becomes of one that breaks it."""

import json

import pytest

import pytest_oao

AGENT = """
import pathlib
import pytest_oao as oao
from my_agent import answer

def ran(name):
    with open("ran", "a") as file:
        file.write(name + " ")

@oao.tool
def look_up(number):
    ran("look_up")
    return {"number": number, "state": "paid"}

@oao.tool
def refund(number):
    ran("refund")
    return {"refunded": number}

def agent(times=1):
    for number in range(times):
        found = look_up(number)
    return answer(f"The order is {found['state']}.")

def runaway():
    while True:
        try:
            agent()
        except Exception:
            pass
"""

TEST = """
import pytest
import pytest_oao
from pytest_oao import Policy
from tool_agent import agent, runaway, refund

@pytest.mark.oao(MARK)
def test_order(oao):
    BODY
"""


@pytest.fixture
def shop(light):
    def written(mark="", body="agent()", **files):
        light.write(tool_agent=AGENT, test_agent=TEST.replace("MARK", mark).replace("BODY", body), **files)
        return light

    return written


def ran(project):
    path = project.path / "ran"
    names = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def test_a_runaway_is_stopped_and_fails_its_test(shop):
    project = shop("policy=Policy(max_steps=10)", "runaway()")
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: policy violation * max_steps: 11 steps, at most 10*"])
    assert ran(project) == ["look_up"] * 5
    assert project.cassettes() == ["test_agent/test_order.oao.jsonl"]
    ended = json.loads((project.path / "cassettes/test_agent/test_order.oao.jsonl").read_text().splitlines()[-1])
    assert ended["status"] == "stopped"


def test_a_run_within_its_policy_passes_live_and_in_replay_and_its_cassette_tells(shop):
    project = shop("policy=Policy(max_steps=2, denied_tools=['refund'])")
    project.record().assert_outcomes(passed=1)
    shown = project.command("show", "-v", "cassettes").stdout
    assert shown.count("allowed") == 2
    project.replay().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "body", "rule"),
    [
        ("policy=Policy(denied_tools=['refund'])", "refund(1)", "denied_tools: refund(number=1), denied: refund"),
        ("policy=Policy(allowed_tools=['look_up'])", "refund(1)", "allowed_tools: refund(number=1), allowed: look_up"),
        ("policy=Policy(denied_tools=['refund(number=\"1\")'])", "refund(1)", "denied_tools: refund(number=1)*"),
        ("policy=Policy(require_approval=['refund'])", "refund(1)", "require_approval: *"),
        ("policy=Policy(require_before={'refund': ['look_up']})", "refund(1)", "require_before: refund(number=1)*"),
    ],
)
def test_a_forbidden_tool_never_runs(shop, mark, body, rule):
    project = shop(mark, f"with pytest_oao.answering(False): {body}")
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"oao: policy violation * {rule}*"])
    assert ran(project) == []


def test_a_replay_is_held_to_a_policy_that_came_later(shop):
    project = shop(body="agent(3)")
    project.record().assert_outcomes(passed=1)
    ran(project)
    shop("policy=Policy(max_tool_calls={'look_up': 2})", "agent(3)")
    done = project.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: policy violation * max_tool_calls: 3 calls of look_up, at most 2*"])
    assert ran(project) == []


def test_it_is_named_in_the_ini_file_and_the_marker_wins(shop):
    project = shop(body="agent(3)")
    (project.path / "policies").mkdir()
    (project.path / "policies" / "strict.yaml").write_text("max_steps: 2\n")
    project.pytester.makeini("[pytest]\noao_policy = policies/strict.yaml\n")
    project.record().stdout.fnmatch_lines(["oao: policy violation * max_steps: 3 steps, at most 2*"])
    shop("policy=Policy(max_steps=9)", "agent(3)")
    project.record().assert_outcomes(passed=1)
    shop("policy=None", "agent(3)")
    project.record().assert_outcomes(passed=1)


def test_it_is_named_in_pyproject(shop):
    project = shop("policy='strict'", "agent(3)")
    (project.path / "pyproject.toml").write_text("[tool.oao.policy.strict]\nmax_steps = 2\n")
    project.record().stdout.fnmatch_lines(["oao: policy violation * max_steps: 3 steps, at most 2*", "*strict*"])


def test_the_fixture_gives_it_and_tells_it(shop):
    body = "oao.policy = Policy(max_steps=2); assert oao.policy.max_steps == 2; agent(3)"
    shop(body=body).record().stdout.fnmatch_lines(["oao: policy violation * max_steps: 3 steps, at most 2*"])


def test_it_is_too_late_once_calls_are_made(shop):
    done = shop(body="agent(); oao.policy = Policy(max_steps=2)").record()
    done.stdout.fnmatch_lines(["*the session has made 2 calls, which a policy given now would not count*"])


def test_within_judges_what_was_made(shop):
    body = "agent(3); assert oao.within(Policy(max_steps=4)); oao.within(Policy(max_steps=2))"
    done = shop(body=body).record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: policy violation * max_steps: 3 steps, at most 2*"])


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("policy='missing'", "*missing*"),
        ("policy=7", "*policy=7 is of a wrong type*"),
        ("policy=Policy(checkpoint_before=['refund'])", "*checkpoint_before: there is no checkpoint hook*"),
    ],
)
def test_a_bad_one_is_refused_before_anything_runs(shop, mark, told):
    done = shop(mark).record()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert any(True for line in done.errlines if "ERROR" in line)
    done.stderr.fnmatch_lines([told])


def test_a_bad_ini_is_refused_before_anything_runs(shop):
    project = shop()
    project.pytester.makeini("[pytest]\noao_policy = p.yaml\n")
    (project.path / "p.yaml").write_text("max_steps: 3\nmax_setps: 4\n")
    done = project.record()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*p.yaml:2*max_setps*max_steps*"])


CONFTEST = """
import pytest_oao

def pytest_oao_approve(item, call):
    if call.target == "refund":
        return pytest_oao.Approval(APPROVED, by="alice", reason="small")

def pytest_oao_checkpoint(item, call):
    with open("ran", "a") as file:
        file.write("checkpoint ")
    CHECKPOINT

class NoSevens:
    name = "no_sevens"
    def before(self, call, ledger):
        return "a seven" if b"7" in call.body.data else None
    def after(self, exchange, ledger):
        return None

def pytest_oao_rules(config):
    return [NoSevens()]
"""


def hooked(project, approved="True", checkpoint="pass"):
    project.pytester.makeconftest(CONFTEST.replace("APPROVED", approved).replace("CHECKPOINT", checkpoint))
    return project


def test_the_hooks_approve_checkpoint_and_judge(shop):
    project = hooked(shop("policy=Policy(require_approval=['refund'], checkpoint_before=['refund'])", "refund(1)"))
    project.record().assert_outcomes(passed=1)
    assert ran(project) == ["checkpoint", "refund"]
    shown = project.command("show", "cassettes").stdout
    assert "approved by alice: small" in shown
    project.replay().assert_outcomes(passed=1)
    assert ran(project) == []


def test_who_is_refused_and_what_has_no_checkpoint_does_not_run(shop):
    mark = "policy=Policy(require_approval=['refund'], checkpoint_before=['refund'])"
    project = hooked(shop(mark, "refund(1)"), approved="False")
    project.record().stdout.fnmatch_lines(["oao: policy violation * require_approval: *refused by alice: small*"])
    hooked(project, checkpoint="raise OSError('disk full')")
    project.record().stdout.fnmatch_lines(["oao: policy violation * checkpoint_before: OSError: disk full*"])
    assert ran(project) == ["checkpoint"]


def test_rules_of_the_project_hold_without_a_policy(shop):
    done = hooked(shop(body="refund(7)")).record()
    done.stdout.fnmatch_lines(["oao: policy violation * no_sevens: a seven*"])


def test_a_changed_policy_is_told_with_a_divergence(shop):
    project = shop("policy=Policy(max_steps=5)")
    project.record().assert_outcomes(passed=1)
    shop("policy=Policy(max_steps=6)", "agent(2)")
    project.replay().stdout.fnmatch_lines(["*changed since the recording: *the policy*"])


def test_a_recording_that_grew_is_refused_and_the_cassette_stays(shop):
    project = shop(body="agent(1)")
    project.pytester.makeini("[pytest]\noao_budget = no-worse\n")
    project.record().assert_outcomes(passed=1)
    project.record().assert_outcomes(passed=1)
    before = project.cassette("test_agent/test_order.yaml").read_bytes()
    shop(body="agent(4)")
    done = project.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*more was spent than is recorded, by more than 10 %: 5 calls (2 recorded)*",
            "*execute_tool look_up*new*",
        ]
    )
    assert project.cassette("test_agent/test_order.yaml").read_bytes() == before
    project.record("-o", "oao_budget=").assert_outcomes(passed=1)
    shop(body="agent(5)")
    project.record("-o", "oao_budget=no-worse 50%").assert_outcomes(passed=1)


def test_a_budget_that_is_none_is_refused(shop):
    done = shop().record("-o", "oao_budget=better")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*'better' is no budget*"])


def test_the_names_are_public():
    assert {"Policy", "Retry", "Approval", "PolicyViolation"} <= set(pytest_oao.__all__)


def test_a_violation_that_is_swallowed_and_skipped_fails_all_the_same(shop):
    project = shop("policy=Policy(denied_tools=['refund'])")
    project.write(
        test_agent="""
import pytest
from pytest_oao import Policy
from tool_agent import refund

@pytest.fixture
def tried():
    try:
        refund(1)
    except BaseException:
        pass
    pytest.skip("not today")

@pytest.mark.oao(policy=Policy(denied_tools=["refund"]))
def test_order(oao, tried):
    pass
"""
    )
    done = project.record()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["oao: policy violation * denied_tools: refund(number=1)*"])
    assert ran(project) == []


def test_an_agent_has_a_name_inside_a_test(shop):
    mark = "policy=Policy(agents={'clerk': Policy(denied_tools=['refund'])})"
    done = shop(mark, "with pytest_oao.agent('clerk'): refund(1)").record()
    done.stdout.fnmatch_lines(["oao: policy violation * denied_tools: refund(number=1)*"])


def test_what_is_cut_from_a_report_holds_no_secret(shop):
    body = "refund('q' * 190 + 'postgres://app:s3cr3t-Passw0rd@db/prod')"
    project = shop("policy=Policy(denied_tools=['refund'])", body)
    done = project.record()
    done.assert_outcomes(failed=1)
    assert "s3cr3t" not in done.stdout.str()
    assert "s3cr3t" not in (project.path / "cassettes/test_agent/test_order.oao.jsonl").read_text()
