"""What own clocks and chance cost a replayed test, over the same test with those of the machine."""

import random
import sys
import tempfile
import time
import timeit
from pathlib import Path

import floor
import workload
from measuring import Figure, cpu, extra, interleaved, main

import pytest_oao
from pytest_oao.adapters.own_world import own_world
from pytest_oao.cassette import shelf
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.worlds import recording_world

CALLS, TIMES = 10, 5
"""Calls of a test, and tests of a round."""
HERE = Path(__file__).parent
ROUTED = (time, "monotonic"), (time, "perf_counter"), (time, "sleep"), (random, "random"), (random, "choice")


def cassette(folder, name, *, deterministic):
    """Record a test, and seal it."""
    path = Path(folder) / f"{name}.yaml"
    with pytest_oao.record(folder, deterministic=deterministic) as session:
        be_a_test(floor.Ready("small"))
    shelf.save(pytest_oao.load(session.cassette), path)
    return path


def be_a_test(transport):
    """Make a client, and some calls."""
    agent = floor.client(transport)
    for number in range(CALLS):
        agent.chat.completions.create(**workload.request("small", number))


def replayed(path):
    """Return the CPU milliseconds of a replayed test."""

    def run():
        for _ in range(TIMES):
            with pytest_oao.replay(path):
                be_a_test(None)

    return lambda: cpu(run) / TIMES * 1e3


def reading(folder):
    """Return the microseconds that a library's call of time.time takes while a session runs, over those without one."""
    gateway = Gateway(pytest_oao.load(folder).header, Recorder(), Scribe(None, Project(HERE)))
    foreign = timeit.Timer("time()", "from time import time")
    without = min(foreign.repeat(5, 20_000)) / 20_000 * 1e6
    with running(gateway), own_world(recording_world(gateway, HERE)):
        within = min(foreign.repeat(5, 20_000)) / 20_000 * 1e6
    return within - without


def measure(quick):
    before = [getattr(*place) for place in ROUTED]
    with tempfile.TemporaryDirectory() as folder:
        own = cassette(folder, "own", deterministic=True)
        real = cassette(folder, "real", deterministic=False)
        with_own, without = interleaved(2 if quick else 40, replayed(own), replayed(real))
        aside = reading(own)
    note = (
        f"over {sorted(without)[len(without) // 2]:.1f} ms for {CALLS} calls; {len(sys.modules):,} modules are loaded"
    )
    yield Figure("own world: added to a replayed test", extra(with_own, without), "ms", 2, note)
    yield Figure("own world: a library's reading of the time", aside, "µs", None, "while a test runs that is managed")
    left = sum(getattr(*place) is not was for place, was in zip(ROUTED, before, strict=True))
    yield Figure("own world: what it leaves to a test that is not managed", left, "functions", 0)


if __name__ == "__main__":
    main(measure)
