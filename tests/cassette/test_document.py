import json
import re
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import cassette_samples as samples
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

import pytest_oao.cassette
from pytest_oao.cassette import document, shelf
from pytest_oao.cassette.payloads import Room
from pytest_oao.cassette.soundness import flaw
from pytest_oao.cassette.yamlreader import parse
from pytest_oao.errors import DamagedFile, OaoError, StoreFailed
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Returned, Streamed
from pytest_oao.model.sessions import Header, Session

SCHEMA = json.loads((Path(pytest_oao.cassette.__file__).parent / "cassette.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def no_blobs(digest):
    raise AssertionError(digest)


def loaded(sealed):
    return shelf.loads(sealed.data, "a.yaml", sealed.blobs.__getitem__)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(samples.sessions())
def test_what_is_sealed_is_read_back_and_fits_the_schema(session):
    sealed = shelf.dumps(session)
    read = loaded(sealed)
    assert read == session
    assert [e.call.body.data for e in read.exchanges] == [e.call.body.data for e in session.exchanges]
    assert [repr(dict(e.attributes)) for e in read.exchanges] == [repr(dict(e.attributes)) for e in session.exchanges]
    assert shelf.dumps(read) == sealed == shelf.dumps(session)
    assert b"\r" not in sealed.data
    VALIDATOR.validate(parse(sealed.data, "a.yaml").root)


@pytest.mark.parametrize("session", [samples.agent(), samples.mixed()], ids=["agent", "mixed"])
def test_a_sample_is_read_back_and_fits_the_schema(session):
    sealed = shelf.dumps(session)
    assert loaded(sealed) == session
    VALIDATOR.validate(parse(sealed.data, "a.yaml").root)


def test_a_cassette_reads_well():
    text = shelf.dumps(samples.mixed()).data.decode()
    assert text.startswith("oao: 1\nsession: s2\norigin:\n  kind: imported\n")
    assert "      - role: system\n        content: |-\n          You are a careful agent.\n          Think" in text
    assert '      text: |+\n        data: {"delta":"a"}\n\n        data: {"delta":"b"}\n' in text
    assert "      chunks: events 1 2\n      times: [0.1, 0.25]\n      end: closed\n" in text
    assert '  started_at: "2017-07-14T02:40:01Z"\n  duration: 0.25\n' in text
    assert "\nend:\n  status: failed\n  message: assert 1 == 2\ndigest: sha256:" in text


def test_nothing_stands_twice():
    text = shelf.dumps(samples.agent(6)).data.decode()
    assert text.count("Think before you act") == samples.SYSTEM.count("Think before you act")
    assert text.count("Find an order") == 12
    assert text.count("Step 3") == 1
    shared = (
        r"messages:\n        \$first: 4\n        \$of: 2\n        \$then:\n        - \*h\w{12}\n        - role: user\n"
    )
    assert re.search(shared + r"          content: And then, 2\?\n      tools: \*h\w{12}\n", text)


def test_a_lane_of_its_own_repeats_what_the_same_target_got():
    one, two, three = samples.agent(3).exchanges
    apart = Exchange(2, Call("chat", one.call.target, two.call.body, lane="0.1"), two.outcome)
    other = Exchange(3, Call("chat", "POST /other", three.call.body), three.outcome)
    text = shelf.dumps(Session(Header("s"), (one, apart, other))).data.decode()
    assert text.count("$of: 1\n") == 1
    assert text.count("$first") == 1


def test_values_that_python_calls_equal_are_kept_apart():
    bodies = [b'{"m":[%s,"%s"]}' % (number, b"a" * 200) for number in (b"1", b"1.0", b"true", b"1")]
    exchanges = tuple(Exchange(i, Call("k", "t", Body(b)), Returned(Body(b))) for i, b in enumerate(bodies, 1))
    read = loaded(shelf.dumps(Session(Header("s"), exchanges)))
    assert [e.call.body.data for e in read.exchanges] == bodies
    assert [e.outcome.body.data for e in read.exchanges] == bodies


def test_a_stream_that_cannot_be_read_back_is_not_written():
    for stream in (
        Streamed(Body(b"abc"), sizes=(1,)),
        Streamed(Body(b"abc")),
        Streamed(Body(b"a"), sizes=(1,), times=(0.1, 0.2)),
    ):
        with pytest.raises(StoreFailed):
            shelf.dumps(Session(Header("s"), (Exchange(1, Call("k", "t"), stream),)))


def broken_trees():
    def broken(path, value):
        tree = document.tree(samples.mixed(), Room())
        tree["digest"] = f"sha256:{'0' * 64}"
        node = tree
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        if value is KeyError:
            del node[path[-1]]
        return deepcopy(tree)

    first, stream, missing = ("exchanges", 0), ("exchanges", 1, "outcome"), ("exchanges", 2, "outcome")
    for path, value in [
        (("session",), 1),
        (("session",), KeyError),
        (("surprise",), 1),
        (("oao",), "1"),
        (("test",), None),
        (("end", "status"), "great"),
        (("end", "message"), KeyError),
        (("end",), "passed"),
        (("origin", "kind"), "made up"),
        (("origin", "lacked"), "timing"),
        (("origin", "surprise"), 1),
        (("runtime",), {"python": 3.11}),
        (("redaction",), [1]),
        (("metadata",), []),
        (("execution", "modules"), ["a"]),
        (("exchanges",), {}),
        (first, "call"),
        ((*first, "seq"), "1"),
        ((*first, "seq"), 1.5),
        ((*first, "seq"), KeyError),
        ((*first, "seq"), True),
        ((*first, "seq"), 0),
        ((*first, "kind"), KeyError),
        ((*first, "lane"), 0),
        ((*first, "caused_by"), "1"),
        ((*first, "site"), "here"),
        ((*first, "headers"), [["a", "b"]]),
        ((*first, "headers"), [{"a": "b", "c": "d"}]),
        ((*first, "headers"), [{}]),
        ((*first, "headers"), [{"a": 1}]),
        *(((*first, "headers"), [{name: "b"}]) for name in ("", "a b", "a:", "a\n", "a\r\nb", "\0", "é")),
        *(((*first, "headers"), [{"a": value}]) for value in ("b\n", "b\r\nc: d", "b\0")),
        ((*first, "attributes"), []),
        ((*first, "request", "sha256"), "abc"),
        ((*first, "request", "sha256"), KeyError),
        ((*first, "request", "text"), "more"),
        ((*first, "request", "encoding"), "baroque"),
        ((*first, "request", "type"), 1),
        ((*first, "request"), None),
        ((*first, "outcome"), KeyError),
        ((*first, "outcome", "status"), "200"),
        ((*first, "outcome", "status"), KeyError),
        *(((*first, "outcome", "status"), status) for status in (99999, 1000, 99, 0, -1)),
        *(((*first, "outcome", "http_version"), version) for version in ("", "HTTP 1", "HTTP/1.1\n", "é", "H" * 21)),
        ((*first, "outcome", "headers"), [{"location": "a\r\nset-cookie: b"}]),
        ((*first, "outcome", "body", "sha256"), "0" * 64),
        ((*first, "answer"), 1),
        ((*first, "started_at"), []),
        ((*first, "started_at"), -1.5),
        ((*first, "duration"), "1"),
        ((*first, "duration"), -0.001),
        ((*stream, "stream", "chunks"), "events x"),
        ((*stream, "stream", "chunks"), 3),
        ((*stream, "stream", "chunks"), [-1]),
        ((*stream, "stream", "chunks"), ["1"]),
        ((*stream, "stream", "times"), ["now"]),
        ((*stream, "stream", "times"), [0.1, -0.1]),
        ((*stream, "stream", "end"), "broken"),
        ((*stream, "stream", "end"), {"type": "E"}),
        ((*stream, "stream", "newlines"), "cr"),
        ((*stream, "body"), {}),
        ((*stream, "raised"), {"type": "E", "message": ""}),
        ((*missing, "raised"), "E"),
        ((*missing, "raised", "type"), None),
        ((*missing, "status"), 500),
        (("exchanges", 3, "outcome", "body", "base64"), 1),
        (("exchanges", 3, "outcome", "body", "blob"), "../x"),
        (("in_doubt", 0, "outcome"), {}),
        (("in_doubt", 0, "headers"), [{"a": "b\nc"}]),
        (("in_doubt",), {}),
    ]:
        yield pytest.param(broken(path, value), id=f"{'.'.join(map(str, path))}={value!r}")


@pytest.mark.parametrize("tree", list(broken_trees()))
def test_code_and_schema_refuse_the_same(tree):
    with pytest.raises(OaoError) as error:
        document.session(tree, "a.yaml", no_blobs)
    assert error.value.where.startswith("a.yaml")
    assert error.value.remedy
    assert not VALIDATOR.is_valid(tree)


def test_an_error_names_the_place():
    tree = document.tree(samples.mixed(), Room())
    tree["exchanges"][3]["outcome"]["status"] = "404"
    with pytest.raises(OaoError, match=r"`exchanges\[3\].outcome.status` is a text, a whole number"):
        document.session(tree, "a.yaml", no_blobs)


@pytest.mark.parametrize(("seqs", "place"), [((1, 1, 3, 4, 5), 1), ((2, 1, 3, 4, 5), 1), ((1, 2, 5, 4, 5), 3)])
def test_calls_are_numbered_in_their_order(seqs, place):
    tree = document.tree(samples.mixed(), Room())
    for exchange, seq in zip(tree["exchanges"], seqs, strict=True):
        exchange["seq"] = seq
    found = rf"^a\.yaml: `exchanges\[{place}\].seq` is {seqs[place]}, a number above {seqs[place - 1]} was expected\n"
    with pytest.raises(DamagedFile, match=found):
        document.session(tree, "a.yaml", no_blobs)


def test_a_call_may_be_taken_out_by_hand():
    tree = document.tree(samples.mixed(), Room())
    del tree["exchanges"][1]
    assert [exchange.seq for exchange in document.session(tree, "a.yaml", no_blobs).exchanges] == [1, 3, 4, 5]


@pytest.mark.parametrize("chunks", [[], [21], [21, 36], [56, 1], [21, 35, 1], "events 3 1", "events 99"])
def test_chunks_cover_the_body_and_no_more(chunks):
    tree = document.tree(samples.mixed(), Room())
    tree["exchanges"][1]["outcome"]["stream"] |= {"chunks": chunks, "times": []}
    with pytest.raises(DamagedFile, match=r"a\.yaml: `exchanges\[1\]\.outcome\.stream\.chunks`: "):
        document.session(tree, "a.yaml", no_blobs)


@pytest.mark.parametrize("chunks", [[], [4], [70_001], [70_000, 1]])
def test_chunks_of_a_blob_are_measured_when_its_bytes_are_read(chunks):
    data = b"x" * 70_000
    stream = Streamed(Body(data, "text/plain"), Head(200), (70_000,))
    sealed = shelf.dumps(Session(Header("s"), (Exchange(1, Call("k", "t"), stream),)))
    tree = parse(sealed.data, "a.yaml").root
    assert loaded(sealed).exchanges[0].outcome.body.data == data
    tree["exchanges"][0]["outcome"]["stream"]["chunks"] = chunks
    body = document.session(tree, "a.yaml", sealed.blobs.__getitem__).exchanges[0].outcome.body
    with pytest.raises(
        DamagedFile, match=r"a\.yaml: exchanges\[0\]\.outcome\.stream: the chunks of a stream add up to"
    ):
        body.data  # noqa: B018


def test_a_blob_s_chunks_cannot_be_events():
    stream = Streamed(Body(b"data: x\n\n" * 9000), Head(200), (81_000,))
    sealed = shelf.dumps(Session(Header("s"), (Exchange(1, Call("k", "t"), stream),)))
    tree = parse(sealed.data, "a.yaml").root
    tree["exchanges"][0]["outcome"]["stream"]["chunks"] = "events"
    with pytest.raises(DamagedFile, match="chunks` is a text, a list was expected"):
        document.session(tree, "a.yaml", sealed.blobs.__getitem__)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Returned(Body(), Head(0))},
        {"outcome": Returned(Body(), Head(200, (("a", "b\nc"),)))},
        {"call": Call("k", "t", headers=(("a b", ""),))},
        {"duration": -1.0},
        {"seq": 0},
    ],
)
def test_what_would_not_be_read_is_not_written(changes):
    exchange = replace(samples.agent(1).exchanges[0], **changes)
    with pytest.raises(StoreFailed, match=r"`exchanges\[0\]\."):
        shelf.dumps(Session(Header("s"), (exchange,)))


def test_it_costs_next_to_nothing():
    session = samples.agent(200)
    start = time.process_time()
    assert flaw(session) == ""
    assert time.process_time() - start < 0.02
