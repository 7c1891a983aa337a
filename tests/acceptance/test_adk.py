"""Agents of ADK, recorded and replayed without a model and without a world, and mutated."""

import pytest
from framework_harness import Agent, Runs, every_case, every_mutant, require_divergence, require_same

pytest.importorskip("google.adk")

AGENTS = [Agent.of("adk_clerk")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return Runs.of(tmp_path_factory.mktemp("google.adk"), AGENTS)


@pytest.mark.parametrize("case", every_case(AGENTS))
def test_a_replay_comes_to_the_same_without_a_model_and_without_a_world(runs, case):
    require_same(runs, case)


@pytest.mark.parametrize(("mutant", "expected"), every_mutant(AGENTS))
def test_a_mutation_is_named_at_its_call(runs, mutant, expected):
    require_divergence(runs, mutant, expected)
