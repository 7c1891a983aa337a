import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import pytest_oao as oao

pytest.importorskip("agents.run")

import agents
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(autouse=True)
def _traced():
    agents.set_tracing_disabled(False)  # agents of other tests in this process want none


class Collector(BaseHTTPRequestHandler):
    """Where traces are sent to."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.traces += [item["workflow_name"] for item in body["data"] if item["object"] == "trace"]
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def collector():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.traces = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def processor(collector):
    """What the SDK does by default, but to a server of ours, and without delay."""
    exporter = BackendSpanExporter("key", endpoint=f"http://127.0.0.1:{collector.server_port}/", max_retries=1)
    processor = BatchTraceProcessor(exporter, schedule_delay=0.01)
    agents.set_trace_processors([processor])
    yield processor
    agents.set_trace_processors([])
    processor.shutdown()


@oao.tool
async def look_up():
    with agents.function_span("look_up"):
        return 1


def traced(name):
    async def work():
        with agents.trace(name):
            return await asyncio.create_task(look_up())

    return asyncio.run(work())


def test_traces_are_sent_while_recording_and_are_no_calls(tmp_path, collector, processor):
    with oao.record(tmp_path) as recording:
        traced("recorded")
        processor.force_flush()
    assert collector.traces == ["recorded"]
    assert [(call.kind, call.exchange.call.lane) for call in recording.calls] == [("execute_tool", "0.0")]


def test_traces_are_not_sent_in_a_replay(tmp_path, collector, processor):
    with oao.record(tmp_path) as recording:
        traced("recorded")
    traced("between")
    with oao.replay(recording.cassette):
        traced("replayed")
        processor.force_flush()
    processor.force_flush()
    assert "replayed" not in collector.traces


def test_what_waits_to_be_sent_when_a_replay_begins_does_not_leave_during_it(tmp_path, collector):
    with oao.record(tmp_path) as recording:
        traced("recorded")
    exporter = BackendSpanExporter("key", endpoint=f"http://127.0.0.1:{collector.server_port}/", max_retries=1)
    slow = BatchTraceProcessor(exporter, schedule_delay=60)
    agents.set_trace_processors([slow])
    try:
        traced("waiting")
        with oao.replay(recording.cassette):
            traced("replayed")
            slow.force_flush()
    finally:
        agents.set_trace_processors([])
        slow.shutdown()
    assert collector.traces == []


def test_an_exporter_of_the_project_s_own_hears_of_all(tmp_path):
    heard = []

    class Own(agents.TracingProcessor):
        def on_trace_start(self, trace):
            heard.append(trace.name)

        on_trace_end = on_span_start = on_span_end = shutdown = force_flush = lambda *_: None

    agents.set_trace_processors([Own()])
    try:
        with oao.record(tmp_path) as recording:
            traced("recorded")
        with oao.replay(recording.cassette):
            traced("replayed")
    finally:
        agents.set_trace_processors([])
    assert heard == ["recorded", "replayed"]
