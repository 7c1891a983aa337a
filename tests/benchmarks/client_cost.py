"""What it costs to make an SDK client in replay, where no CA bundle need be loaded."""

import statistics
import tempfile

import floor
import workload
from measuring import Figure, cpu, main
from replay_cost import cassette

import pytest_oao


def measure(quick):
    times = 20 if quick else 200
    with tempfile.TemporaryDirectory() as folder, pytest_oao.replay(cassette(folder, "small", 1)):
        for title, make in (("OpenAI()", floor.client), ("AsyncOpenAI()", floor.async_client)):
            make()
            value = statistics.median(cpu(make) for _ in range(times)) * 1e3
            yield Figure(f"replay: making a client, {title}", value, "ms", 0.5)
        floor.drive(floor.client(), [workload.request("small", 0)])
    live = statistics.median(cpu(floor.client) for _ in range(max(3, times // 20))) * 1e3
    yield Figure("(making a client without pytest-oao)", live, "ms")


if __name__ == "__main__":
    main(measure)
