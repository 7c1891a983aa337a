import base64
import gzip
import json
import zlib
from functools import partial

import pytest
import yaml
from importer_samples import sessions_in

from pytest_oao.errors import HostileFile, NoCall, OaoError, UnknownFormat, UnreadableFile
from pytest_oao.importers.content_encodings import Inflation
from pytest_oao.importers.detection import detect
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.table import IMPORTERS
from pytest_oao.model.outcomes import Returned, Streamed

REQUEST = '{"model":"gpt-5","messages":[{"role":"user","content":"hé"}]}'
ANSWER = '{"id":"chatcmpl-1","model":"gpt-5","choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2}}'
SSE = 'data: {"id":"c"}\n\ndata: [DONE]\n\n'
URL = "https://api.openai.com/v1/chat/completions"


def interaction(body=REQUEST, answer=None, headers=None, status=200, url=URL):
    return {
        "request": {"method": "POST", "uri": url, "body": body, "headers": {"content-type": ["application/json"]}},
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": headers or {"Content-Type": ["application/json"]},
            "body": {"string": ANSWER} if answer is None else answer,
        },
    }


def cassette(*interactions, **more):
    return {"interactions": list(interactions), "version": 1, **more}


def read(data, name="a_cassette.yaml"):
    if isinstance(data, dict | list):
        data = yaml.safe_dump(data)
    data = data.encode() if isinstance(data, str) else data
    assert detect(FileDump(name, data), IMPORTERS).name == "vcrpy"
    (session,) = sessions_in(data, name)
    return session


def only(session):
    (exchange,) = session.exchanges
    return exchange


def test_a_yaml_cassette_becomes_a_session():
    session = read(cassette(interaction(), interaction(status=429)), "folder/test_it[1].yaml")
    assert session.header.id.startswith("test_it-1-")
    assert session.header.origin.kind == "imported"
    assert session.header.origin.format == "vcrpy"
    assert session.header.origin.source == "test_it[1].yaml"
    assert session.header.origin.lacked == ("timing",)
    assert session.ending.status == "unknown"
    assert [exchange.seq for exchange in session.exchanges] == [1, 2]
    first, second = session.exchanges
    assert (first.call.kind, first.call.target, first.call.lane) == ("chat", "POST /chat/completions", "0")
    assert first.call.body.data == REQUEST.encode()
    assert first.call.model == "gpt-5"
    assert first.outcome.body.data == ANSWER.encode()
    assert first.usage.input_tokens == 4
    assert second.outcome.head.status == 429
    assert second.attributes["error.type"] == "429"


def test_the_json_serializer_gives_the_same():
    written = cassette(interaction())
    from_yaml, from_json = only(read(written)), only(read(json.dumps(written), "it.json"))
    assert from_yaml == from_json
    backwards = {"version": 1, "interactions": written["interactions"]}
    assert only(read(json.dumps(backwards, indent=4))) == from_json


@pytest.mark.parametrize(
    "layout",
    [
        {"string": ANSWER},
        {"string": ANSWER.encode()},
        {"base64_string": base64.b64encode(ANSWER.encode()).decode(), "encoding": "utf-8"},
        {"encoding": "utf-8", "string": ANSWER},
        ANSWER,
        ANSWER.encode(),
    ],
)
def test_a_body_in_each_layout(layout):
    assert only(read(cassette(interaction(answer=layout)))).outcome.body.data == ANSWER.encode()


def test_an_encoding_is_heeded():
    exchange = only(read(cassette(interaction(answer={"string": '{"a":"é"}', "encoding": "latin-1"}))))
    assert exchange.outcome.body.data == '{"a":"é"}'.encode("latin-1")


@pytest.mark.parametrize("body", [None, ""])
def test_no_body_is_an_empty_one(body):
    get = interaction(body=body, url="https://e.com/")
    get["request"]["method"] = "GET"
    assert only(read(cassette(get))).call.body.data == b""


def test_parsed_bodies_are_written_out_and_told():
    written = interaction()
    for message, value in (("request", {"model": "gpt-5", "messages": []}), ("response", json.loads(ANSWER))):
        del written[message]["body"]
        written[message]["parsed_body"] = value
    session = read(cassette(written))
    exchange = only(session)
    assert exchange.call.body.json() == {"model": "gpt-5", "messages": []}
    assert exchange.outcome.body.json() == json.loads(ANSWER)
    assert "exact bytes" in session.header.origin.lacked


def test_pairs_of_requests_and_responses():
    one, two = interaction(), interaction(status=500)
    session = read({"requests": [one["request"], two["request"]], "responses": [one["response"], two["response"]]})
    assert [exchange.outcome.head.status for exchange in session.exchanges] == [200, 500]
    with pytest.raises(UnreadableFile, match="2 requests and 1 responses"):
        read({"requests": [one["request"], two["request"]], "responses": [one["response"]]})


def test_a_stream_is_cut_at_its_events():
    exchange = only(
        read(cassette(interaction(answer={"string": SSE}, headers={"content-type": ["text/event-stream"]})))
    )
    assert isinstance(exchange.outcome, Streamed)
    assert list(exchange.outcome.chunks()) == [b'data: {"id":"c"}\n\n', b"data: [DONE]\n\n"]
    assert exchange.outcome.times == ()
    assert exchange.outcome.end == "complete"


def compressed(encoding):
    data = ANSWER.encode()
    if encoding == "gzip":
        return gzip.compress(data)
    if encoding == "deflate":
        return zlib.compress(data)
    return pytest.importorskip({"br": "brotli", "zstd": "zstandard"}[encoding]).compress(data)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_compressed_bodies_are_decoded_and_their_framing_is_dropped(encoding):
    headers = {"content-encoding": [encoding], "Content-Length": ["5"], "transfer-encoding": ["chunked"], "x-id": ["7"]}
    exchange = only(read(cassette(interaction(answer={"string": compressed(encoding)}, headers=headers))))
    assert exchange.outcome.body.data == ANSWER.encode()
    assert exchange.outcome.head.headers == (("x-id", "7"), ("content-type", "application/json"))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "**REDACTED**"])
def test_a_body_that_is_decoded_already_is_taken_as_it_is(encoding):
    headers = {"content-encoding": [encoding], "content-type": ["application/json"]}
    exchange = only(read(cassette(interaction(headers=headers))))
    assert exchange.outcome.body.data == ANSWER.encode()
    assert exchange.outcome.head.headers == (("content-type", "application/json"),)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_damaged_compressed_body_is_an_error(encoding):
    headers = {"content-encoding": [encoding]}
    with pytest.raises(UnreadableFile, match=r"interactions\[0\]"):
        read(cassette(interaction(answer={"string": compressed(encoding)[:-12]}, headers=headers)))


def test_a_missing_decompressor_names_the_extra(monkeypatch):
    written = compressed("zstd")
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(UnknownFormat, match=r"pytest-oao\[fast\]"):
        read(cassette(interaction(answer={"string": written}, headers={"content-encoding": ["zstd"]})))


def test_hidden_headers_are_told_and_the_media_type_is_found_by_the_bytes():
    hidden = {"Content-Type": ["**REDACTED**"], "x": ["**REDACTED**"]}
    session = read(cassette(interaction(answer={"string": SSE}, headers=hidden)))
    assert isinstance(only(session).outcome, Streamed)
    assert "headers" in session.header.origin.lacked


def test_a_gzipped_cassette_is_opened():
    written = yaml.safe_dump(cassette(interaction())).encode()
    (session,) = sessions_in(gzip.compress(written), "folder/test_it.yaml.gz")
    assert session.header.id.startswith("test_it-")
    assert only(session) == only(read(written))


def test_the_tags_of_old_cassettes_are_data():
    text = f"""\
interactions:
- request:
    body: !!python/object/new:_io.BytesIO
      state: !!python/tuple [!!binary {base64.b64encode(REQUEST.encode()).decode()}, 0, null]
    headers:
      ? !!python/object/apply:multidict._multidict.istr
      - Accept
      : - !!python/unicode 'application/json'
    method: !!python/str POST
    uri: {URL}
  response:
    body: {{string: '{ANSWER}'}}
    headers: {{}}
    status: {{code: 200, message: OK}}
version: 1
"""
    exchange = only(read(text))
    assert exchange.call.body.data == REQUEST.encode()
    assert exchange.call.headers == (("Accept", "application/json"),)


def test_an_iterator_of_an_old_cassette_is_its_pieces():
    text = yaml.safe_dump(cassette(interaction(body="HERE")))
    text = text.replace("HERE", "!!python/object/apply:builtins.iter {args: [[abc, !!binary ZGVm]]}")
    assert only(read(text)).call.body.data == b"abcdef"


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['echo no']",
        "!!python/name:os.system ''",
        "!!python/module:os ''",
        "!!python/object:pathlib.Path {}",
        "!something {}",
    ],
)
def test_any_other_tag_is_refused(tag):
    with pytest.raises(HostileFile, match=r"only data is read"):
        read(f"interactions:\n- request: {tag}\nversion: 1\n")


@pytest.mark.parametrize("old", ["- request: {}\n  response: {}\n", '[{"request": {}, "response": {}}]'])
def test_the_list_of_before_1_0_is_refused(old):
    with pytest.raises(UnknownFormat, match=r"before 1\.0"):
        read(old)


def test_a_cassette_of_nothing_is_refused():
    with pytest.raises(NoCall, match="holds no exchange"):
        read("interactions: []\nversion: 1\n")


def test_a_model_call_without_an_answer_is_refused():
    with pytest.raises(UnknownFormat, match="the answer of a model is missing"):
        read(cassette(interaction(answer={"string": ""})))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("request", "uri"), 7),
        (("request", "method"), None),
        (("request", "headers"), ["a"]),
        (("request", "body"), {"strange": 1}),
        (("request", "body"), 7),
        (("response", "status"), {}),
        (("response", "status"), {"code": "200"}),
        (("response", "status"), {"code": 7}),
        (("response", "body"), {"base64_string": "*"}),
        (("response", "headers"), {"a": [["b"]]}),
        (("response",), None),
    ],
)
def test_what_does_not_fit_is_named(path, value):
    written = interaction()
    inner = written
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(OaoError) as caught:
        read(cassette(interaction(), written))
    assert "interactions[1]" in caught.value.where
    assert caught.value.remedy


def test_half_a_character_is_an_error():
    with pytest.raises(UnreadableFile, match="no Unicode"):
        read(json.dumps(cassette(interaction(body="\ud83d"))))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "interactions: " + "[" * 100_000,
        "interactions:\n" + "\n".join(f"{' ' * depth}a:" for depth in range(1, 500)),
        "interactions: &a [*a]\n",
        BOMB.replace("a: &a", "interactions: &a", 1),
        '{"version": 1, "interactions": ' + "[" * 100_000,
        '{"version": 1, "interactions": [' + "9" * 5000 + "]}",
    ],
)
def test_bombs_are_refused(text):
    with pytest.raises(HostileFile):
        read(text)


def test_bodies_that_inflate_without_end_are_refused(monkeypatch):
    monkeypatch.setattr("pytest_oao.importers.http_exchanges.Inflation", partial(Inflation, 7000))
    zeros = gzip.compress(b"[" + b" " * 3000 + b"]")
    bodies = [interaction(answer={"string": zeros}, headers={"content-encoding": ["gzip"]}) for _ in range(3)]
    read(cassette(*bodies[:2]))
    with pytest.raises(HostileFile, match="when decompressed"):
        read(cassette(*bodies))


@pytest.mark.parametrize(
    "text", ["interactions: [", "interactions: {a: 1, a}: 2", "interactions: !!int x", "interactions: \x01"]
)
def test_what_is_no_yaml_is_told_with_its_place(text):
    with pytest.raises(UnreadableFile):
        read(text)


def test_an_answer_that_is_whole_is_returned():
    assert isinstance(only(read(cassette(interaction()))).outcome, Returned)


@pytest.mark.parametrize("url", ["**REDACTED**", "", "/v1/chat/completions", "file:///etc/passwd"])
def test_a_request_without_its_url_is_refused(url):
    with pytest.raises(UnknownFormat, match="no URL that a call could be known by"):
        read(cassette(interaction(url=url)))
