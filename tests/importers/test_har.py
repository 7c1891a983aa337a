import base64
import copy
import gzip
import json

import pytest
from importer_samples import sessions_in

from pytest_oao.errors import DamagedFile, OaoError, UnknownFormat, UnreadableFile
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Raised, Returned, Streamed

ANSWER = '{"id":"msg_1","type":"message","content":[],"usage":{"input_tokens":4,"output_tokens":2}}'
ENTRY = {
    "startedDateTime": "2026-11-20T10:00:00.250+01:00",
    "time": 812.5,
    "request": {
        "method": "POST",
        "url": "https://api.anthropic.com/v1/messages",
        "httpVersion": "h2",
        "headers": [{"name": ":path", "value": "/v1"}, {"name": "content-type", "value": "application/json"}],
        "bodySize": 12,
        "postData": {"mimeType": "application/json", "text": '{"model":"claude"}'},
    },
    "response": {
        "status": 200,
        "httpVersion": "h2",
        "headers": [{"name": "content-type", "value": "application/json"}, {"name": "content-encoding", "value": "br"}],
        "content": {"size": 80, "mimeType": "application/json", "text": ANSWER},
    },
    "timings": {"send": 1, "wait": 500, "receive": 311.5},
}


def entry(**changes):
    """An entry with the value at each dotted path replaced."""
    made = copy.deepcopy(ENTRY)
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = made
        for parent in parents:
            inner = inner[parent]
        inner[last] = value
    return made


def read(*entries):
    data = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": entries}}).encode()
    assert detect(FileDump("a.har", data), IMPORTERS).name == "har"
    (session,) = sessions_in(data, "a.har")
    return session


def only(session):
    (exchange,) = session.exchanges
    return exchange


def test_an_archive_becomes_a_session_with_its_times():
    session = read(entry(), entry())
    exchange = session.exchanges[0]
    assert session.header.origin.lacked == ()
    assert exchange.call.target == "POST /messages"
    assert exchange.call.headers == (("content-type", "application/json"),)
    assert exchange.call.body.data == b'{"model":"claude"}'
    assert exchange.started_at == pytest.approx(1795165200.25)
    assert exchange.duration == pytest.approx(0.8125)
    assert exchange.outcome.head.http_version == "HTTP/2"
    assert exchange.outcome.head.headers == (("content-type", "application/json"),)
    assert exchange.outcome.body.data == ANSWER.encode()
    assert exchange.usage.output_tokens == 2
    assert [exchange.call.lane for exchange in session.exchanges] == ["0", "0"]


def test_base64_content_is_decoded():
    coded = {"text": base64.b64encode(b"\x89PNG\0").decode(), "encoding": "base64", "size": 5}
    exchange = only(read(entry(request__url="https://e.com/a.png", response__content=coded)))
    assert exchange.outcome.body.data == b"\x89PNG\0"


def test_the_listed_chunks_of_polly_are_joined():
    packed = gzip.compress(ANSWER.encode())
    chunks = [base64.b64encode(part).decode() for part in (packed[:9], packed[9:])]
    coded = {"text": json.dumps(chunks), "encoding": "base64", "_isBinary": True, "size": 5}
    assert only(read(entry(response__content=coded))).outcome.body.data == ANSWER.encode()
    coded = {"text": json.dumps([ANSWER.encode().hex()]), "_isBinary": True, "size": 5}
    assert only(read(entry(response__content=coded))).outcome.body.data == ANSWER.encode()


def test_a_streamed_answer_is_one_stream():
    content = {"text": "event: ping\ndata: {}\n\nevent: message_stop\ndata: {}\n\n", "size": 9}
    headers = [{"name": "Content-Type", "value": "text/event-stream"}]
    session = read(entry(response__content=content, response__headers=headers))
    assert len(only(session).outcome.sizes) == 2
    assert session.header.origin.lacked == ("chunks",)


@pytest.mark.parametrize("content", [{"size": 80}, {"size": 0}, None, {"size": 80, "comment": "evicted"}])
def test_a_model_answer_without_its_body_is_refused(content):
    with pytest.raises(UnknownFormat, match="the answer of a model is missing") as caught:
        read(entry(), entry(response__content=content))
    assert caught.value.where == "a.har: log.entries[1]"
    assert "mitmproxy" in caught.value.remedy


def test_a_model_request_without_its_body_is_refused():
    with pytest.raises(UnknownFormat, match="the body of a model call is missing"):
        read(entry(request__postData=None))


def test_other_bodies_that_are_missing_are_told():
    session = read(entry(request__url="https://e.com/", request__postData=None, response__content={"size": 80}))
    assert session.header.origin.lacked == ("request bodies", "response bodies")
    assert only(session).outcome.body.data == b""


def test_a_form_is_rebuilt_from_its_parameters():
    posted = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a b", "value": "1&2"}, {"name": "c"}],
    }
    assert only(read(entry(request__url="https://e.com/", request__postData=posted))).call.body.data == b"a+b=1%262&c="


@pytest.mark.parametrize(
    ("place", "error", "expected"),
    [
        ("_error", "net::ERR_NAME_NOT_RESOLVED", Raised("ConnectError", "net::ERR_NAME_NOT_RESOLVED")),
        ("response___error", "net::ERR_TIMED_OUT", Raised("ReadTimeout", "net::ERR_TIMED_OUT")),
        ("request___error", {"msg": "refused"}, Raised("ConnectError", "refused")),
        ("_error", None, Raised("ConnectError", "the recording has no response")),
    ],
)
def test_a_request_that_got_no_response_raised(place, error, expected):
    broken = entry(response__status=0, response__content={})
    if place.startswith(("request_", "response_")):
        parent, _, key = place.partition("__")
        broken[parent][key] = error
    else:
        broken[place] = error
    assert only(read(broken)).outcome == expected


def test_a_body_that_broke_off_is_a_stream_that_raised():
    exchange = only(read(entry(_error="connection reset", response__content={"size": 4, "text": '{"id'})))
    assert isinstance(exchange.outcome, Streamed)
    assert exchange.outcome.end == Raised("ReadError", "connection reset")
    assert exchange.outcome.body.data == b'{"id'


@pytest.mark.parametrize(
    "changes",
    [
        {"_resourceType": "websocket"},
        {"_webSocketMessages": [{}]},
        {"request__url": "wss://e.com/"},
        {"response__status": 101},
    ],
)
def test_websockets_are_left_out_and_told(changes):
    session = read(entry(), entry(**changes))
    assert len(session.exchanges) == 1
    assert session.header.origin.lacked == ("WebSocket messages",)


@pytest.mark.parametrize(
    ("started", "known"), [("2026-11-20T10:00:00.250Z", True), ("yesterday", False), (None, False)]
)
def test_a_missing_time_is_told(started, known):
    session = read(entry(startedDateTime=started))
    assert session.header.origin.lacked == (() if known else ("timing",))


@pytest.mark.parametrize("time", [-1, None, 1e300])
def test_a_time_that_is_none_is_zero(time):
    assert only(read(entry(time=time))).duration == 0.0


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body_have_none(status):
    exchange = only(read(entry(response__status=status, response__content={"size": 0})))
    assert isinstance(exchange.outcome, Returned)


@pytest.mark.parametrize(
    "changes",
    [
        {"request__url": None},
        {"request__headers": {}},
        {"response__status": "200"},
        {"response__content": {"text": "*", "encoding": "base64"}},
        {"response__content": {"text": "[1", "encoding": "base64"}},
        {"response__headers": [{"value": "x"}]},
        {"request": None},
    ],
)
def test_what_does_not_fit_is_named(changes):
    with pytest.raises(OaoError) as caught:
        read(entry(), entry(**changes))
    assert "log.entries[1]" in caught.value.where


@pytest.mark.parametrize("header", [{"name": "a b", "value": "x"}, {"name": "a", "value": "x\n\ny"}])
@pytest.mark.parametrize("place", ["request", "response"])
def test_a_header_that_http_has_not_is_refused(place, header):
    with pytest.raises(DamagedFile, match="headers"):
        read(entry(**{f"{place}__headers": [header]}))


def test_an_archive_that_is_cut_is_an_error():
    data = json.dumps({"log": {"creator": {}, "entries": [ENTRY]}}).encode()
    with pytest.raises(UnreadableFile, match="line 1"):
        sessions_in(data[:-20], "a.har")
