"""A whole pytest run of agents' tests, replayed, over the same tests on the floor; each test makes a client of its own."""

import tempfile
from pathlib import Path

import children
from measuring import Figure, main

FILES, STEPS = 10, 10

CONFTEST = """
import sys

sys.modules["trio"] = None  # here for our own tests; a real client's transport would import it, which a mock never does

import os, floor, pytest

@pytest.fixture
def agent():
    return floor.client(floor.Ready("small") if os.environ["BENCH"] == "floor" else None)
"""

TESTS = """
import pytest, workload

{mark}
@pytest.mark.parametrize("number", range({first}, {last}))
def test_agent(number, agent):
    for step in range({steps}):
        answer = agent.chat.completions.create(model="gpt-bench", messages=workload.history(step, number % 20, 500))
        assert answer.choices[0].message.content
"""


def lay(folder, tests, *, managed):
    """Write the suite."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "conftest.py").write_text(
        CONFTEST
        if not managed
        else CONFTEST.replace('floor.Ready("small") if', 'floor.Ready("small") if os.environ["BENCH"] == "record" or')
    )
    per = tests // FILES
    for number in range(FILES):
        text = TESTS.format(
            mark="@pytest.mark.oao" if managed else "", first=number * per, last=(number + 1) * per, steps=STEPS
        )
        (folder / f"test_agents_{number}.py").write_text(text)


def measure(quick):
    tests, rounds = (10, 1) if quick else (200, 8)
    with tempfile.TemporaryDirectory() as root:
        bare, ours = Path(root) / "bare", Path(root) / "ours"
        lay(bare, tests, managed=False)
        lay(ours, tests, managed=True)
        plugin = children.our_plugin()
        children.pytest(ours, *plugin, "--oao-record", BENCH="record")
        first = children.pytest(ours, *plugin, "--oao-replay", BENCH="replay")
        floors, again = [], []
        for _ in range(rounds):
            floors.append(children.pytest(bare, BENCH="floor"))
            again.append(children.pytest(ours, *plugin, "--oao-replay", BENCH="replay"))
    ours, floor = min(again), min(floors)  # of a run of seconds, which other work disturbs somewhere: it never helps
    note = f"{ours:.2f} s over {floor:.2f} s; with no cassette opened before {first:.2f} s"
    yield Figure(f"suite: {tests} tests × {STEPS} calls", ours / floor, "× bare", 1.10, note)


if __name__ == "__main__":
    main(measure)
