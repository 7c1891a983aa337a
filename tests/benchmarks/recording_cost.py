"""What recording adds to a call, whether that stays so, whether each call is on disk, and whether a stream waits."""

import statistics
import tempfile
from pathlib import Path

import floor
import workload
from measuring import Figure, extra, interleaved, main

import pytest_oao

CALLS = 30
WARM = 20
"""Calls that do not count: the first ones of a session cost more."""


def bare(requests):
    return floor.drive(floor.client(floor.Ready("small", unread=True)), requests)


def recorded(requests):
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder):
        return floor.drive(floor.client(floor.Ready("small", unread=True)), requests)


def requests(count):
    return [workload.request("small", number) for number in range(count)]


def per_call(quick):
    calls = requests(WARM + CALLS)
    found = interleaved(3 if quick else 40, lambda: bare(calls), lambda: recorded(calls))
    floors, ours = ([sum(spent[WARM:]) / CALLS * 1e6 for spent in spents] for spents in found)
    return Figure(
        "record: a call, over the bare SDK",
        extra(ours, floors),
        "µs",
        150,
        f"the call itself {statistics.median(floors):.0f} µs",
    )


def flat(quick):
    """The last calls of many, over the same calls of the bare SDK."""
    count, last = (200, 50) if quick else (5_000, 500)
    calls = requests(count)
    found = interleaved(1 if quick else 3, lambda: bare(calls), lambda: recorded(calls))
    (first_floors, first), (last_floors, late) = (
        [[statistics.median(spent[part]) * 1e6 for spent in spents] for spents in found]
        for part in (slice(WARM, last), slice(-last, None))
    )
    note = f"the first {last}: {extra(first, first_floors):.0f} µs"
    return Figure(f"record: the last {last} of {count:,} calls", extra(late, last_floors), "µs", 150, note)


def on_disk(quick):
    """Count the calls that were not in the file, whole, when the agent had its answer."""
    missing = 0
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder):
        agent = floor.client(floor.Ready("small", unread=True))
        journal = next(Path(folder).iterdir())
        for number, request in enumerate(requests(20 if quick else 200), 1):
            agent.chat.completions.create(**request)
            missing += journal.read_bytes().count(b'"event":"settled"') != number
    return Figure("record: answers given before they were on disk", missing, "calls", 0)


class Numbered(floor.Ready):
    """A stream that keeps count of how many chunks the client has asked for."""

    asked = 0

    def handle_request(self, request):
        return floor.httpx2.Response(200, headers=floor.SSE, stream=floor.Chunks(self._chunks()))

    def _chunks(self):
        for chunk in workload.stream(0):
            self.asked += 1
            yield chunk


def held_back(_quick):
    """Count the events that the agent got only after a later chunk had been asked for, the first token among them."""
    late = 0
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder):
        transport = Numbered("stream")
        events = floor.client(transport).chat.completions.create(**workload.request("stream", 0))
        for number, _ in enumerate(events, 1):
            late += transport.asked != number
    return Figure("record: events of a stream that came late", late, "of 200", 0)


def measure(quick):
    for figure in (per_call, flat, on_disk, held_back):
        yield figure(quick)


if __name__ == "__main__":
    main(measure)
