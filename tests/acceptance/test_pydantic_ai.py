"""pydantic-ai: example agents recorded, and replayed in a fresh process with nothing behind them."""

from importlib import metadata

import pytest
from framework_harness import Agent, Runs, every_case, every_mutant, require_divergence, require_same

try:
    metadata.version("pydantic-ai-slim")  # its import takes seconds, and is not needed here
except metadata.PackageNotFoundError:
    pytest.skip("pydantic-ai is not installed", allow_module_level=True)

AGENTS = [Agent.of("pai_desk"), Agent.of("pai_approvals")]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return Runs.of(tmp_path_factory.mktemp("pydantic-ai"), AGENTS)


@pytest.mark.parametrize("case", every_case(AGENTS))
def test_it_comes_to_the_same_in_replay(runs, case):
    require_same(runs, case)


@pytest.mark.parametrize(("mutant", "expected"), every_mutant(AGENTS))
def test_a_mutant_diverges(runs, mutant, expected):
    require_divergence(runs, mutant, expected)
