"""Agents on plain openai and anthropic that break a rule, and would go on for ever: each is stopped at the right call.

What proves it is what the world saw: the requests that came to the model's server, and the tools whose bodies ran.
"""

import pytest
from policy_harness import Server, require_stopped, stopped
from policy_seeds import BESIDE, LANES, OVERRUN, PLAIN, PRICE, SEEDS

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("model"), [*SEEDS, OVERRUN, BESIDE])
    yield server
    server.stop()


@pytest.mark.parametrize("stack", PLAIN)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_an_agent_that_breaks_a_rule_is_stopped(seed, stack, server, tmp_path, monkeypatch):
    require_stopped(seed, stopped(seed, PLAIN[stack], server, tmp_path, monkeypatch))
