"""What recording adds to a call and to a stream, whether that stays so, whether each call is on disk."""

import statistics
import tempfile
import time
from pathlib import Path

import floor
import workload
from measuring import Figure, interleaved, main, quietest

import pytest_oao
from pytest_oao.stores.writers import drain_all

CALLS = 30
WARM = 20
"""Calls that do not count: the first ones of a session cost more."""
PACE = 0.002
"""Seconds between two chunks of a stream, as a fast model sends them."""


BATCH = 50
"""Calls after which the writer may catch up, as it does while a program waits for a model."""


def bare(requests, shape="small"):
    began = time.process_time()
    calling = drive(floor.client(floor.Ready(shape, unread=True)), requests)
    return calling, time.process_time() - began


def recorded(requests, shape="small", **options):
    """Make the calls; return the CPU seconds that each takes the calling code, and all of it the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        with pytest_oao.record(folder, **options):
            calling = drive(floor.client(floor.Ready(shape, unread=True)), requests)
        drain_all()
        return calling, time.process_time() - began


def drive(agent, requests):
    calling = []
    for number, request in enumerate(requests, 1):
        started = time.thread_time()
        answer = agent.chat.completions.create(**request)
        if request.get("stream"):
            for _ in answer:
                pass
        calling.append(time.thread_time() - started)
        if number % BATCH == 0:
            drain_all()
    return calling


def requests(count, shape="small"):
    return [workload.request(shape, number) for number in range(count)]


def per_call(quick):
    calls = requests(WARM + CALLS)
    rounds = interleaved(
        3 if quick else 40, lambda: bare(calls), lambda: recorded(calls), lambda: recorded(calls, durable=True)
    )
    floors, ours, durable = ([sum(calling[WARM:]) / CALLS * 1e6 for calling, _ in spent] for spent in rounds)
    whole, all_of_it = ([spent / len(calls) * 1e6 for _, spent in spents] for spents in rounds[:2])
    note = f"{quietest(all_of_it, whole):.0f} µs with the writing beside it, and a session's beginning and end; the call itself {statistics.median(floors):.0f} µs"
    yield Figure("record: a call, over the bare SDK", quietest(ours, floors), "µs", 50, note)
    yield Figure("record: a call, on disk before it is made", quietest(durable, floors), "µs", 150)


def flat(quick):
    """The last calls of many, over the same calls of the bare SDK."""
    count, last = (200, 50) if quick else (5_000, 500)
    calls = requests(count)
    found = interleaved(1 if quick else 3, lambda: bare(calls)[0], lambda: recorded(calls)[0])
    (first_floors, first), (last_floors, late) = (
        [[statistics.median(spent[part]) * 1e6 for spent in spents] for spents in found]
        for part in (slice(WARM, last), slice(-last, None))
    )
    note = f"the first {last}: {quietest(first, first_floors):.0f} µs"
    yield Figure(f"record: the last {last} of {count:,} calls", quietest(late, last_floors), "µs", 50, note)


def streamed(quick):
    """What a stream takes more, as a part of the time in which a model sends it."""
    calls = requests(3 if quick else 10, "stream")
    rounds = interleaved(2 if quick else 15, lambda: bare(calls, "stream"), lambda: recorded(calls, "stream"))
    floors, ours = ([statistics.median(calling) for calling, _ in spent] for spent in rounds)
    added, chunks = quietest(ours, floors), len(list(workload.stream(0)))
    note = f"{added * 1e6:.0f} µs for {chunks} chunks, each {PACE * 1e3:g} ms after the one before"
    yield Figure("record: of the time of a stream", 100 * added / (chunks * PACE), "%", 1, note)


def sampled_out(quick):
    """A session that is not recorded, in a program that has a recorder."""
    recorder = pytest_oao.record("nowhere", sample=0.0)
    count = 200 if quick else 5_000
    started = time.thread_time()
    for _ in range(count):
        with recorder:
            pass
    yield Figure("record: a session that is sampled out", (time.thread_time() - started) / count * 1e6, "µs", 20)


def on_disk(quick):
    """Count the calls that were not in the file, whole, when the agent had its answer."""
    missing = 0
    with tempfile.TemporaryDirectory() as folder, pytest_oao.record(folder, durable=True):
        agent = floor.client(floor.Ready("small", unread=True))
        journal = next(Path(folder).iterdir())
        for number, request in enumerate(requests(20 if quick else 200), 1):
            agent.chat.completions.create(**request)
            missing += journal.read_bytes().count(b'"event":"settled"') != number
    yield Figure("record: durable answers given before they were on disk", missing, "calls", 0)


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
    yield Figure("record: events of a stream that came late", late, "of 200", 0)


def measure(quick):
    for figures in (per_call, flat, streamed, sampled_out, on_disk, held_back):
        yield from figures(quick)


if __name__ == "__main__":
    main(measure)
