"""Agents on LangGraph and openai-agents that break a rule, and would go on for ever: each is stopped at the right call.

What proves it is what the world saw: the requests that came to the model's server, and the tools whose bodies ran.
"""

import pytest

pytest.importorskip("agents")
pytest.importorskip("langchain")

from openai import OpenAI
from policy_framework_agents import FRAMEWORKS
from policy_harness import Server, require_little_overrun, require_stopped, require_stopped_in_replay, stopped
from policy_seeds import BESIDE, DEAF, MODEL, OVERRUN, QUESTION, SEEDS, SWALLOWED

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("model"), [*SEEDS, OVERRUN, BESIDE])
    yield server
    server.stop()


@pytest.mark.parametrize("stack", FRAMEWORKS)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_an_agent_that_breaks_a_rule_is_stopped(seed, stack, server, tmp_path, monkeypatch):
    require_stopped(seed, stopped(seed, FRAMEWORKS[stack], server, tmp_path, monkeypatch))


@pytest.mark.parametrize("stack", FRAMEWORKS)
def test_lanes_side_by_side_pass_a_limit_by_no_more_than_was_under_way(stack, server, tmp_path, monkeypatch):
    require_little_overrun(stopped(OVERRUN, FRAMEWORKS[stack], server, tmp_path, monkeypatch))


@pytest.mark.parametrize("stack", FRAMEWORKS)
def test_what_a_forbidden_tool_is_asked_for_beside_may_run_and_it_never_does(stack, server, tmp_path, monkeypatch):
    came = stopped(BESIDE, FRAMEWORKS[stack], server, tmp_path, monkeypatch)
    assert (came.error.violation.breach.rule, came.requests, came.late) == ("denied_tools", 1, 0)
    assert set(came.ran) <= {"look"}


@pytest.mark.parametrize("stack", FRAMEWORKS)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_run_that_is_recorded_is_stopped_at_the_same_call_in_replay(seed, stack, server, tmp_path):
    require_stopped_in_replay(seed, FRAMEWORKS[stack], server, tmp_path)


@pytest.mark.parametrize("stack", FRAMEWORKS)
@pytest.mark.parametrize("seed", SWALLOWED, ids=lambda seed: seed.name)
def test_an_agent_that_swallows_everything_is_stopped_too(seed, stack, server, tmp_path, monkeypatch):
    require_stopped(seed, stopped(seed, FRAMEWORKS[stack], server, tmp_path, monkeypatch, DEAF))


@pytest.mark.parametrize("on", [Exception, BaseException])
def test_a_retry_loop_of_tenacity_ends_with_the_violation(on, server, tmp_path, monkeypatch):
    tenacity = pytest.importorskip("tenacity")
    seed = next(one for one in SEEDS if one.name == "retry storm")

    def agent(url, seed, limits):
        client = OpenAI(base_url=url, api_key="k", max_retries=0)

        @tenacity.retry(retry=tenacity.retry_if_exception_type(on), wait=tenacity.wait_none())
        def asked():
            return client.chat.completions.create(model=MODEL, messages=QUESTION)

        asked()

    require_stopped(seed, stopped(seed, agent, server, tmp_path, monkeypatch))
