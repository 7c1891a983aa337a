"""Whether a replayed call late in a long cassette costs what an early one does."""

import statistics
import tempfile

import floor
from measuring import Figure, interleaved, main
from replay_cost import WARM, cassette, requests

import pytest_oao


def measure(quick):
    count, part = (300, 100) if quick else (5_000, 500)
    calls = requests("small", count)
    with tempfile.TemporaryDirectory() as folder:
        path = cassette(folder, "small", count)

        def replayed():
            with pytest_oao.replay(path):
                return floor.drive(floor.client(), calls)

        (rounds,) = interleaved(1 if quick else 3, replayed)
    ends = [(statistics.median(spent[-part:]), statistics.median(spent[WARM : WARM + part])) for spent in rounds]
    note = f"{statistics.median(last for last, _ in ends) * 1e6:.0f} µs, the SDK's part included"
    name = f"replay: the last {part} of {count:,} calls"
    yield Figure(name, statistics.median(last / first for last, first in ends), "× first", 1.05, note)


if __name__ == "__main__":
    main(measure)
