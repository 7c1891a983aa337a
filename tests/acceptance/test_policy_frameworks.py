"""Agents on LangGraph and openai-agents that break a rule, and would go on for ever: each is stopped at the right call.

What proves it is what the world saw: the requests that came to the model's server, and the tools whose bodies ran.
"""

import pytest

pytest.importorskip("agents")
pytest.importorskip("langchain")

from openai import OpenAI
from policy_framework_agents import FRAMEWORKS
from policy_harness import require_stopped, stopped
from policy_proof import Proof, pytest_generate_tests, server  # noqa: F401 - pytest finds them here
from policy_seeds import MODEL, QUESTION, SEEDS

pytestmark = pytest.mark.usefixtures("no_engine")


class TestFrameworks(Proof):
    STACKS = FRAMEWORKS


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
