"""Agents of Google's ADK, recorded and replayed without a model and without a world, and mutated."""

from importlib import metadata

import pytest
from framework_harness import Agent, Runs, every_case, every_mutant, require_divergence, require_same

try:
    metadata.version("google-adk")  # its import takes seconds, and is not needed here
except metadata.PackageNotFoundError:
    pytest.skip("google-adk is not installed", allow_module_level=True)

AGENTS = [Agent.of("adk_clerk")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return Runs.of(tmp_path_factory.mktemp("adk"), AGENTS)


@pytest.mark.parametrize("case", every_case(AGENTS))
def test_a_replay_comes_to_the_same_without_a_model_and_without_a_world(runs, case):
    require_same(runs, case)


@pytest.mark.parametrize(("mutant", "expected"), every_mutant(AGENTS))
def test_a_mutation_is_named_at_its_call(runs, mutant, expected):
    require_divergence(runs, mutant, expected)


@pytest.mark.parametrize("which", ["test_live", "test_verify"])
def test_tools_that_run_in_a_replay_come_to_the_same(runs, which):
    again = runs.again(which)
    assert again.code == 0, again.text
    for case in ("adk_clerk-unary", "adk_clerk-streamed"):
        assert again.output(which, case) == runs.recorded.output("test_run", case)
    assert sorted(again.real) == sorted(runs.recorded.real)
