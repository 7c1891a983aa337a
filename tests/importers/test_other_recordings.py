import json
import time

import pytest
from importer_samples import sessions_in

from pytest_oao.errors import NoCall, UnreadableFile
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.go_vcr import _seconds
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Streamed

GO = """\
---
version: {version}
interactions:
    - id: 0
      request:
        proto: HTTP/1.1
        content_length: 0
        body: '{{"model":"claude"}}'
        url: https://api.anthropic.com/v1/messages
        method: POST
        headers:
            Content-Type:
                - application/json
      response:
        proto: HTTP/2.0
        body: |+
            event: ping
            data: {{}}

            event: message_stop
            data: {{}}

        headers: {{}}
        status: 200 OK
        code: 200
        duration: 1.5s
"""


def read(text, expected):
    data = text.encode()
    assert detect(FileDump("a", data), IMPORTERS).name == expected
    (session,) = sessions_in(data, "a")
    return session


@pytest.mark.parametrize("version", [1, 2])
def test_go_vcr(version):
    session = read(GO.format(version=version), "go-vcr")
    (exchange,) = session.exchanges
    assert session.header.origin.lacked == ("start times", "chunks", "headers")
    assert exchange.call.target == "POST /messages"
    assert exchange.duration == 1.5
    assert isinstance(exchange.outcome, Streamed)
    assert exchange.outcome.head.http_version == "HTTP/2"
    assert exchange.outcome.head.headers == (("content-type", "text/event-stream"),)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1m2.5s", 62.5), ("350ms", 0.35), ("10µs", 1e-05), ("1h0m0s", 3600.0), ("0s", 0.0), ("", 0.0), ("?", 0.0)],
)
def test_go_durations(written, seconds):
    assert _seconds(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["1" * 100_000, "1." * 50_000, "1m" * 50_000])
def test_a_duration_is_read_in_no_time(written):
    started = time.process_time()
    assert _seconds(written) >= 0
    assert time.process_time() - started < 1


def test_a_go_vcr_cassette_of_nothing_is_refused():
    with pytest.raises(NoCall, match="holds no exchange"):
        read("---\nversion: 2\ninteractions: []\n", "go-vcr")


DATADOG = {
    "request": {
        "method": "POST",
        "url": "https://api.openai.com/v1/chat/completions",
        "headers": {"Content-Type": "application/json"},
        "body": '{"model":"gpt-4o"}',
    },
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": "application/json"},
        "body": "{}",
    },
}


def test_datadogs_test_agent():
    session = read(json.dumps(DATADOG), "dd-test-agent")
    (exchange,) = session.exchanges
    assert exchange.call.target == "POST /chat/completions"
    assert exchange.outcome.body.data == b"{}"
    assert session.header.origin.lacked == ("timing",)


def test_datadogs_recording_without_response_is_an_error():
    with pytest.raises(UnreadableFile, match="an object was expected"):
        read(json.dumps({"request": DATADOG["request"]}), "dd-test-agent")
