"""Runs of example agents as managed tests, in a project of their own: made and read by framework_harness.py."""

import importlib
import json
import os
from pathlib import Path

import pytest
import world

RESULTS = Path(os.environ["OAO_TEST_RESULTS"])
CASES = [case.split("/") for case in os.environ["OAO_TEST_CASES"].split(",")]
AGENTS = {name: importlib.import_module(name) for name, _ in CASES}
MUTATIONS = [(name, mutation) for name, agent in AGENTS.items() for mutation in agent.MUTATIONS]


def cases(*kinds):
    """Run every case with kinds of calls answered in another way; each with the cassette of the case."""
    return [
        pytest.param(
            name, variant, id=f"{name}-{variant}", marks=pytest.mark.oao(cassette=f"{name}-{variant}.yaml", kinds=kind)
        )
        for kind in kinds
        for name, variant in CASES
    ]


def mutants():
    """Run the first variant of every agent with each of its mutations."""
    first = dict(reversed(CASES))
    return [
        pytest.param(
            name,
            first[name],
            mutation,
            id=f"{name}-{mutation.replace(' ', '_')}",
            marks=pytest.mark.oao(cassette=f"{name}-{first[name]}.yaml"),
        )
        for name, mutation in MUTATIONS
    ]


def told(request, oao, output):
    """Write down what a run came to, and its log."""
    log = [
        [one.call.lane, one.call.kind, one.call.target, one.call.body.sha256, outcome(one), one.call.parent]
        for one in oao.session.exchanges
    ]
    reasons = [[one.tool, one.rationale.text, one.rationale.reasoning] for one in oao.calls("execute_tool")]
    text = json.dumps({"output": output, "log": log, "reasons": sorted(reasons)})
    RESULTS.joinpath(f"{request.node.name}.json").write_text(text)


def outcome(exchange):
    found = exchange.outcome
    return found.body.sha256 if hasattr(found, "body") else [found.type, found.message]


@pytest.mark.parametrize(("name", "variant"), cases({}))
def test_run(request, oao, name, variant):
    told(request, oao, AGENTS[name].run(variant, ""))


@pytest.mark.parametrize(("name", "variant"), cases({}))
def test_replay(request, oao, name, variant, no_world):
    told(request, oao, AGENTS[name].run(variant, ""))


@pytest.mark.parametrize(("name", "variant"), cases({"execute_tool": "live"}))
def test_live(request, oao, name, variant):
    told(request, oao, AGENTS[name].run(variant, ""))


@pytest.mark.parametrize(("name", "variant"), cases({"execute_tool": "verify"}))
def test_verify(request, oao, name, variant):
    told(request, oao, AGENTS[name].run(variant, ""))


@pytest.mark.parametrize(("name", "variant", "mutation"), mutants())
def test_mutant(request, oao, name, variant, mutation, no_world):
    told(request, oao, AGENTS[name].run(variant, mutation))


@pytest.fixture
def no_world():
    world.state["gone"] = True
    yield
    world.state["gone"] = False
