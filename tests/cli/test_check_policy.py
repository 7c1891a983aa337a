import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_oao.cassette import shelf
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.providers.http_calls import http_call
from pytest_oao.providers.session_description import described_session

JSON_TYPE = (("content-type", "application/json"),)
URL = "https://api.openai.com/v1/chat/completions"
USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}
PRICES = {"gpt-house": {"input": 2, "output": 8}}
PYPROJECT = """
[tool.oao.policy.careful]
max_steps = 3
denied_tools = ["delete_*"]
"""


def chat(seq, usage=USAGE, model="gpt-house"):
    asked = json.dumps({"model": model, "messages": [{"role": "user", "content": f"question {seq}"}]}).encode()
    message = {"role": "assistant", "content": "hello"}
    told = {"id": "chatcmpl-1", "model": model, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    answer = Body(json.dumps(told | ({"usage": usage} if usage else {})).encode(), "application/json")
    return Exchange(
        seq, http_call("POST", URL, JSON_TYPE, asked), Returned(answer, Head(200, JSON_TYPE)), 100.0 + seq, 0.5
    )


def tool(seq, name="search"):
    call = Call("execute_tool", name, Body(b'{"id": 7}'), attributes={"gen_ai.tool.name": name})
    return Exchange(seq, call, Returned(Body(b'"found"')), 100.0 + seq, 0.1)


def reading(seq):
    return Exchange(seq, Call("clock", "time.time"), Returned(Body(b"2026-11-01T00:00:00.000000000Z")), 100.0)


@pytest.fixture
def kept():
    def keep(name, *exchanges):
        session = Session(Header("a-session"), exchanges, Ending("passed"))
        shelf.save(described_session(session), Path(name))
        return name

    return keep


@pytest.fixture(autouse=True)
def _project(_in_a_folder_of_its_own):
    Path("pyproject.toml").write_text(PYPROJECT)
    Path("prices.json").write_text(json.dumps(PRICES))


def test_which_sessions_would_have_been_stopped_and_where(cli, kept):
    kept("all/a.yaml", chat(1), tool(2))
    kept("all/b.yaml", reading(1), chat(2), tool(3, "delete_user"), chat(4))
    kept("all/c.yaml", *(tool(seq) for seq in range(1, 6)))
    code, out, err = cli("check", "--policy", "careful", "--prices", "prices.json", "all")
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "within   all/a.yaml: $2.00 · 1 chat, 1 execute_tool",
        "stopped  all/b.yaml: at call 2 of 3, execute_tool delete_user: denied_tools: delete_user(id=7), denied: delete_*",
        "stopped  all/c.yaml: at call 4 of 5, execute_tool search: max_steps: 4 steps, at most 3",
        "2 of 3 sessions would have been stopped",
    ]


def test_all_within_is_no_failure(cli, kept):
    assert cli("check", "--policy", "careful", kept("a.yaml", tool(1)))[:2] == (
        0,
        "within   a.yaml: 1 execute_tool\n0 of 1 session would have been stopped\n",
    )


def test_a_policy_may_be_a_file(cli, kept):
    Path("strict.yaml").write_text("max_model_calls: 0\n")
    code, out, _ = cli("check", "--policy", "strict.yaml", kept("a.yaml", chat(1)))
    assert code == 1
    assert "max_model_calls" in out


def test_a_cost_is_told_by_the_prices_that_are_named_or_those_of_the_project(cli, kept):
    Path("cheap.yaml").write_text("max_cost_usd: 1.5\n")
    path = kept("a.yaml", chat(1), chat(2))
    unknown = cli("check", "--policy", "cheap.yaml", path)[1]
    assert "at call 1 of 2, chat gpt-house: max_cost_usd: the cost is unknown: gpt-house has no price" in unknown
    told = cli("check", "--policy", "cheap.yaml", "--prices", "prices.json", path)[1]
    assert "at call 1 of 2, chat gpt-house: max_cost_usd: $2, at most $1.5" in told
    Path("pytest.ini").write_text("[pytest]\noao_prices = prices.json\n")
    assert cli("check", "--policy", "cheap.yaml", path)[1] == told


def test_with_v_the_violation_is_told_whole(cli, kept):
    path = kept("a.yaml", chat(1), tool(2, "delete_user"))
    code, out, _ = cli("check", "-v", "--policy", "careful", "--prices", "prices.json", path)
    assert code == 1
    headline = "oao: policy violation — denied_tools: delete_user(id=7), denied: delete_* (call 2 of the run, lane 0)"
    lines = out.splitlines()
    assert lines[1] == headline
    assert "  policy     careful" in lines
    assert "  before     #1 chat gpt-house · 1,000,000 in, 0 out · $2.00" in lines
    assert "  run        a.yaml" in lines
    assert lines[-2:] == ["", "1 of 1 session would have been stopped"]


def test_what_could_not_be_judged_is_told(cli, kept):
    Path("timed.yaml").write_text("max_seconds: 5\nrate: 10/min\nmax_tokens: 3000000\n")
    path = kept("a.yaml", replace(chat(1, usage=None), started_at=0.0), tool(2))
    code, out, _ = cli("check", "--policy", "timed.yaml", path)
    assert code == 0
    assert out.splitlines()[0].endswith(
        "; not judged: max_seconds, rate (the times of its calls are not known)"
        "; judged by an estimate: max_tokens (1 answer came without the tokens)"
    )
    assert cli("check", "--policy", "timed.yaml", kept("b.yaml", chat(1), tool(2)))[1].startswith(
        "within   b.yaml: unknown (1 call unpriced) · 1 chat, 1 execute_tool\n"
    )


def test_a_file_that_cannot_be_read_is_wrong_and_the_others_are_judged(cli, kept):
    bad, good = Path(kept("a.yaml", chat(1))), kept("b.yaml", tool(1))
    bad.write_bytes(bad.read_bytes()[:-40])
    code, out, _ = cli("check", "--policy", "careful", bad, good)
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("wrong    a.yaml: ")
    assert lines[1:] == ["within   b.yaml: 1 execute_tool", "0 of 1 session would have been stopped, 1 wrong"]


def test_a_policy_that_is_none_is_told(cli, kept):
    path = kept("a.yaml", tool(1))
    code, out, err = cli("check", "--policy", "nobodys", path)
    assert (code, out) == (2, "")
    assert "nobodys" in err
    assert cli("check", "--policy", "", path)[0] == 2


def test_prices_want_a_policy(cli, kept):
    code, _, err = cli("check", "--prices", "prices.json", kept("a.yaml", tool(1)))
    assert code == 2
    assert "--prices is for --policy" in err


def test_show_tells_what_was_spent(cli, kept):
    path = kept("a.yaml", chat(1), tool(2))
    assert "  spent      unknown (1 call unpriced) · 1 chat, 1 execute_tool\n" in cli("show", path)[1]
    Path("pytest.ini").write_text("[pytest]\noao_prices = prices.json\n")
    assert "  spent      $2.00 · 1 chat, 1 execute_tool\n" in cli("show", path)[1]
    assert "             chat gpt-house           1  1,000,000    0  $2.00\n" in cli("show", "-v", path)[1]
