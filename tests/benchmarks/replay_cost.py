"""What a replayed call costs, its whole request compared, over the same call on the floor."""

import tempfile
from pathlib import Path

import floor
import workload
from measuring import Figure, extra, interleaved, main, ratio

import pytest_oao
from pytest_oao.cassette import shelf

WARM = 5
"""Calls before those that count, of the floor too: opening a cassette leaves the processor's caches cold."""
SHAPES = (
    ("small", "2 KB", 1.08),
    ("async", "2 KB, asynchronous", 1.08),
    ("20 KB", "20 KB prompt", 1.03),
    ("stream", "200 chunks", 1.03),
)
CALLS = {"small": 30, "async": 30, "20 KB": 15, "stream": 8}


def cassette(folder, shape, count):
    """Record calls of a shape, and seal them."""
    path = Path(folder) / f"{shape}.yaml"
    with pytest_oao.record(folder) as session:
        floor.drive(floor.client(floor.Ready(shape)), requests(shape, count))
    shelf.save(pytest_oao.load(session.cassette), path)
    return path


def requests(shape, count):
    return [workload.request(shape, number) for number in range(count)]


def contestants(shape, folder, count):
    """Return the floor and us: functions that make the calls of a shape and return the CPU seconds of each."""
    asynchronous, kind = shape == "async", "small" if shape == "async" else shape
    path, calls = cassette(folder, kind, count), requests(kind, count)
    make, drive = (floor.async_client, floor.drive_async) if asynchronous else (floor.client, floor.drive)

    def on_the_floor():
        return drive(make(floor.Ready(kind)), calls)

    def replayed():
        with pytest_oao.replay(path):
            return drive(make(), calls)

    return on_the_floor, replayed


def measure(quick):
    for shape, title, target in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            pair = contestants(shape, folder, WARM + CALLS[shape])
            floors, ours = ([sum(calls[WARM:]) for calls in found] for found in interleaved(2 if quick else 40, *pair))
        note = f"{extra(ours, floors) / CALLS[shape] * 1e6:.0f} µs extra over {sum(floors) / len(floors) / CALLS[shape] * 1e6:,.0f} µs"
        yield Figure(f"replay: a call, {title}", ratio(ours, floors), "× floor", target, note)


if __name__ == "__main__":
    main(measure)
