"""An agent's session, which sends its whole history with every step: how large its cassette is, and what opening costs.

Each figure of opening is taken in a fresh process (session_child.py); the peer's in a virtual environment of its own.
"""

import json
import os
import statistics
import tempfile
from pathlib import Path

import children
import floor
import httpx2
import workload
from measuring import Figure, main

import pytest_oao
from pytest_oao.cassette import shelf

PEER = "OAO_BENCH_CASSETTER"
"""Names a Python that has cassetter, openai and httpx2."""


def cassette(folder, steps):
    """Record a session of so many steps, by httpx2 alone: the SDK takes 35 ms to send the 200th."""
    path, sent = Path(folder) / f"{steps}.yaml", 0
    with pytest_oao.record(folder) as session, httpx2.Client(transport=floor.Ready("small")) as http:
        for body in workload.session(steps):
            sent += len(body)
            http.post(workload.URL, content=body, headers=workload.HEADERS).raise_for_status()
    shelf.save(pytest_oao.load(session.cassette), path)
    return path, sent


def opened(path, *options, times=1):
    """Open the cassette in fresh processes; return the median of each figure they give."""
    told = [json.loads(children.answer_of("session_child.py", path, *options)) for _ in range(times)]
    return {name: statistics.median(one[name] for one in told) for name in told[0]}


def against_cassetter(folder, path, steps, times):
    name, target = f"session of {steps} steps: opening, over cassetter's", 0.5
    peer = os.environ.get(PEER)
    if not peer:
        return Figure(name, None, "×", target, f"skipped: {PEER} names no Python that has cassetter")
    made = Path(folder) / "cassetter.yaml"
    children.answer_of("cassetter_child.py", "record", made, steps, python=peer)
    theirs = statistics.median(
        float(children.answer_of("cassetter_child.py", "open", made, python=peer)) for _ in range(times)
    )
    ours = opened(path, "again", times=times)["open"]
    return Figure(name, ours / theirs, "×", target, f"{ours * 1e3:.1f} ms over {theirs * 1e3:.1f} ms")


def measure(quick):
    times = 1 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        path, sent = cassette(folder, 50)
        yield Figure(
            "session of 50 steps: cassette", path.stat().st_size / 1e6, "MB", 0.25, f"{sent / 1e6:.1f} MB were sent"
        )
        yield against_cassetter(folder, path, 50, times)
        path, sent = cassette(folder, 200)
        yield Figure(
            "session of 200 steps: cassette", path.stat().st_size / 1e6, "MB", 1.2, f"{sent / 1e6:.1f} MB were sent"
        )
        first = opened(path, "cold", times=times)
        yield Figure("session of 200 steps: opening, cold", first["open"], "s", 0.2)
        cache = Path(folder) / "cache"
        opened(path, "cold", cache)
        again = opened(path, "cold", cache, times=times)
        yield Figure("session of 200 steps: opening, unchanged", again["open"] * 1e3, "ms", 20, "in a fresh process")
        yield Figure(
            "session of 200 steps: peak over the start",
            opened(path, "replay", times=times)["peak"],
            "MB",
            20,
            "opened and replayed",
        )


if __name__ == "__main__":
    main(measure)
