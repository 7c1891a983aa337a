"""The proof that holds for agents on each stack: a module of tests has it run for its own by inheriting from it."""

import pytest
from policy_harness import Server, require_little_overrun, require_stopped, require_stopped_in_replay, stopped
from policy_seeds import BESIDE, DEAF, OVERRUN, SEEDS, SWALLOWED


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("model"), [*SEEDS, OVERRUN, BESIDE])
    yield server
    server.stop()


def pytest_generate_tests(metafunc):
    """Run each test of the proof with each stack of the class that inherits it."""
    if metafunc.cls is not None and "stack" in metafunc.fixturenames:
        metafunc.parametrize("stack", metafunc.cls.STACKS)


class Proof:
    """What the world saw proves it: requests that came to the model's server, and tools whose bodies ran."""

    STACKS = {}

    @pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
    def test_an_agent_that_breaks_a_rule_is_stopped(self, seed, stack, server, tmp_path, monkeypatch):
        require_stopped(seed, stopped(seed, self.STACKS[stack], server, tmp_path, monkeypatch))

    def test_lanes_side_by_side_pass_a_limit_by_no_more_than_was_under_way(self, stack, server, tmp_path, monkeypatch):
        require_little_overrun(stopped(OVERRUN, self.STACKS[stack], server, tmp_path, monkeypatch))

    def test_what_a_forbidden_tool_is_asked_for_beside_may_run_and_it_never_does(
        self, stack, server, tmp_path, monkeypatch
    ):
        came = stopped(BESIDE, self.STACKS[stack], server, tmp_path, monkeypatch)
        assert (came.error.violation.breach.rule, came.requests, came.late) == ("denied_tools", 1, 0)
        assert set(came.ran) <= {"look"}

    @pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
    def test_a_run_that_is_recorded_is_stopped_at_the_same_call_in_replay(self, seed, stack, server, tmp_path):
        require_stopped_in_replay(seed, self.STACKS[stack], server, tmp_path)

    @pytest.mark.parametrize("seed", SWALLOWED, ids=lambda seed: seed.name)
    def test_an_agent_that_swallows_everything_is_stopped_too(self, seed, stack, server, tmp_path, monkeypatch):
        require_stopped(seed, stopped(seed, self.STACKS[stack], server, tmp_path, monkeypatch, DEAF))
