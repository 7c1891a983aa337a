"""A suite marked `vcr`, as it stands: `oao_vcr` over pytest-recording, or over vcrpy in a fixture where that is not here.

Tried once with 1,086 tests of a public package, too: docs/explanation/speed.md has the figures.
"""

import json
import tempfile
from importlib.util import find_spec
from pathlib import Path

import children
import workload
import yaml
from measuring import Figure, main

STEPS = 3

CONFTEST = """
import os, pytest

@pytest.fixture(scope="module")
def vcr_config():
    return {"filter_headers": ["authorization"]}

if os.environ["BENCH"] == "vcrpy":
    import vcr

    @pytest.fixture(autouse=True)
    def cassette(request, vcr_config):
        folder = os.path.join(request.path.parent, "cassettes", request.path.stem)
        of_test = vcr.VCR(cassette_library_dir=folder, record_mode="none")
        with of_test.use_cassette(request.node.name + ".yaml", **vcr_config):
            yield
"""

TESTS = """
import floor, pytest, workload

@pytest.mark.vcr
@pytest.mark.parametrize("number", range({tests}))
def test_agent(number):
    agent = floor.client()
    for step in range({steps}):
        answer = agent.chat.completions.create(model="gpt-bench", messages=workload.history(step, number % 20, 500))
        assert answer.choices[0].message.content
"""


def lay(folder, tests):
    """Write the suite, and a cassette as vcrpy writes them for each test."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = vcr\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_many.py").write_text(TESTS.format(tests=tests, steps=STEPS))
    cassettes = folder / "cassettes" / "test_many"
    cassettes.mkdir(parents=True)
    for number in range(tests):
        kept = {"interactions": [interaction(number, step) for step in range(STEPS)], "version": 1}
        (cassettes / f"test_agent[{number}].yaml").write_text(yaml.safe_dump(kept))


def interaction(number, step):
    body = json.dumps({"messages": workload.history(step, number % 20, 500), "model": "gpt-bench"})
    headers = {name: [value] for name, value in workload.HEADERS.items()}
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"content-type": ["application/json"], **{f"x-number-{one}": [str(one)] for one in range(12)}},
        "body": {"string": workload.completion(number).decode()},
    }
    return {"request": {"method": "POST", "uri": workload.URL, "body": body, "headers": headers}, "response": answer}


def measure(quick):
    tests, rounds = (5, 1) if quick else (200, 3)
    there = find_spec("pytest_recording") is not None
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        lay(folder, tests)
        ours, theirs = [], []
        for _ in range(rounds):
            other = ("-p", "pytest_recording.plugin") if there else ()
            theirs.append(children.pytest(folder, *other, BENCH="recording" if there else "vcrpy"))
            ours.append(children.pytest(folder, *children.our_plugin(), "-o", "oao_vcr=true", BENCH="ours"))
    mine, peer = min(ours), min(theirs)
    note = f"{mine:.2f} s over {peer:.2f} s of {'pytest-recording' if there else 'vcrpy in a fixture'}"
    yield Figure(f"suite marked vcr: {tests} tests × {STEPS} calls", mine / peer, "×", 0.75, note)


if __name__ == "__main__":
    main(measure)
