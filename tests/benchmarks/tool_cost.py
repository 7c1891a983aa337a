"""What a replayed call of a tool costs, over a plain call of the function with the same arguments."""

import tempfile
from pathlib import Path

from measuring import Figure, cpu, interleaved, main

import pytest_oao
from pytest_oao.cassette import shelf

CALLS = 400


def search(query, *, limit=3):
    return {"query": query, "hits": [{"title": "Opening hours", "score": 0.5}] * limit}


recorded = pytest_oao.tool(search)


def called(function):
    """Call a function with arguments that differ; two of them, as tools have."""
    for number in range(CALLS):
        function(f"question {number}", limit=5)


def cassette(folder):
    with pytest_oao.record(folder) as session:
        called(recorded)
    path = Path(folder) / "tools.yaml"
    shelf.save(pytest_oao.load(session.cassette), path)
    return path


def measure(quick):
    with tempfile.TemporaryDirectory() as folder:
        path = cassette(folder)

        def replayed():
            with pytest_oao.replay(path):
                return cpu(lambda: called(recorded))

        plain, ours = interleaved(2 if quick else 40, lambda: cpu(lambda: called(search)), replayed)
    extra = sorted(mine - floor for mine, floor in zip(ours, plain, strict=True))[len(ours) // 2]
    yield Figure("replay: a call of a tool, over a plain call", extra / CALLS * 1e6, "µs", 30)


if __name__ == "__main__":
    main(measure)
