"""A session that uses everything the journal can hold, and faults to inject while it is written."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_oao.cassette.journal import Journal
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Outcome, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Execution, Header, Origin, Session

PROMPT = "You are a careful assistant — réponds en français. 日本語も。 " * 6
HEADER = Header(
    id="2026-11-21-a1",
    origin=Origin("imported", "har", "dump.har", ("timing",)),
    test="tests/test_agent.py::test_refund[a/b]",
    execution=Execution("a" * 64, "b" * 64, "", "", {"agent.py": "c" * 64}),
    runtime={"python": "3.11.7"},
    redaction=("oao",),
    metadata={"run": {"n": [1, 2.5, None, True]}},
)
HEAD = Head(200, (("Content-Type", "application/json"), ("X-Request-Id", "r1"), ("X-Request-Id", "r2")))
SSE = b'data: {"a": 1}\n\ndata: {"b": "\xc3\xa9"}\n\ndata: [DONE]\n\n'


def chat(seq: int, lane: str = "0") -> Call:
    """Return call `seq` of an agent whose message history grows by two messages a call."""
    turns = [
        {"role": ("user", "assistant")[n % 2], "content": f"turn {n} of lane {lane}: zwölf 🦊"} for n in range(2 * seq)
    ]
    body = json.dumps(
        {"messages": [{"role": "system", "content": PROMPT}, *turns], "stream": False}, ensure_ascii=False
    )
    return Call(
        kind="chat",
        target="POST /chat/completions",
        body=Body(body.encode(), "application/json"),
        lane=lane,
        url="https://api.example.test/v1/chat/completions",
        headers=(("Content-Type", "application/json"),),
        attributes={"gen_ai.request.model": "m-1", "gen_ai.request.stop_sequences": ["\n", "\ud800"]},
        site=Site("agent.py:12 in answer", "test_agent.py:7 in test_refund"),
        caused_by=seq - 1 or None,
    )


OUTCOMES: list[Outcome] = [
    Returned(Body('{"text": "naïve ✓"}'.encode(), "application/json"), HEAD),
    Streamed(Body(SSE, "text/event-stream"), HEAD, (5, len(SSE) - 5), (0.25, 1.0)),
    Streamed(Body(SSE[:9]), HEAD, (9,), (), "closed"),
    Streamed(Body(SSE[:9]), None, (4, 5), (0.1, 0.2), Raised("ReadError", "peer closed")),
    Raised("ConnectError", "no route\nto host"),
    Returned(Body(bytes(range(256)), "application/octet-stream"), Head(206, (), "HTTP/2")),
    Returned(),
]


def exchanges() -> list[Exchange]:
    """Return an exchange of each outcome, and binary and empty request bodies."""
    calls = [chat(seq) for seq in range(1, len(OUTCOMES))]
    calls.append(Call("http", "GET https://h.test/x", Body(b"\xff\x00\x80" * 200), "0.1"))
    return [
        Exchange(seq, call, outcome, 1.7e9 + seq, 0.125, {"gen_ai.usage.input_tokens": 3})
        for seq, (call, outcome) in enumerate(zip(calls, OUTCOMES, strict=True), 1)
    ]


EXCHANGES = exchanges()
IN_DOUBT = Call("http", "GET https://h.test/slow", lane="0.2")
ENDING = Ending("failed", "assert 1 == 2")
SESSION = Session(HEADER, tuple(EXCHANGES), ENDING, (IN_DOUBT,))


def write_sample(path: Path, settled: Callable[[int], None] = lambda seq: None) -> None:
    """Write `SESSION`, telling of each exchange once it is settled."""
    journal = Journal.create(path, HEADER)
    try:
        for exchange in EXCHANGES:
            write_down(journal, exchange)
            settled(exchange.seq)
        journal.started(99, IN_DOUBT)
        journal.close(ENDING)
    finally:
        journal.abandon()


def write_down(journal: Journal, exchange: Exchange) -> None:
    """Write a call and how it ended."""
    journal.started(exchange.seq, exchange.call)
    journal.settled(exchange)


class Faults:
    """Fails the n-th of the file operations that make something last."""

    def __init__(self, nth: int, error: int, fail: Callable[[], None] | None = None) -> None:
        self.left = nth
        self.fired = False
        self._fail = fail or (lambda: (_ for _ in ()).throw(OSError(error, os.strerror(error))))

    def around(self, function: Callable) -> Callable:
        def wrapped(*args: object) -> object:
            self.left -= 1
            if self.left == 0:
                self.fired = True
                self._fail()
            return function(*args)

        return wrapped


@contextmanager
def nth_operation_fails(monkeypatch, nth: int, error: int, fail: Callable[[], None] | None = None) -> Iterator[Faults]:
    """Make the n-th os.write, os.fsync or os.replace fail."""
    faults = Faults(nth, error, fail)
    with monkeypatch.context() as patch:
        for name in ("write", "fsync", "replace"):
            patch.setattr(os, name, faults.around(getattr(os, name)))
        yield faults
