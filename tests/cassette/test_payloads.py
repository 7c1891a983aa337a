import json
from base64 import b64encode
from hashlib import sha256

import pytest
from cassette_samples import RAW, WRITERS, compact, histories, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_oao.cassette import chunks, encodings, limits, payloads, sharing
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.payloads import Room
from pytest_oao.cassette.requests import Listener, Teller
from pytest_oao.errors import DamagedFile
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON


def form_of(data, media_type=""):
    room = Room()
    return payloads.structured(Body(data, media_type), room), room


def back(form, blobs=None):
    return payloads.read(Fields(form, "request", "a.yaml"), (blobs or {}).__getitem__).data


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(["", "application/json"]),
)
def test_bytes_come_back(data, media_type):
    form, room = form_of(data, media_type)
    assert back(form, room.blobs) == data


@pytest.mark.parametrize("data", RAW)
def test_odd_bytes_come_back(data):
    for media_type in ("", "application/json"):
        form, room = form_of(data, media_type)
        assert back(form, room.blobs) == data


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b'{"a":[1,"\xc3\xa9"]}', "compact"),
        (b'{"a": [1, "\xc3\xa9"]}', "spaced"),
        (b'{"a":"\\u00e9"}', "compact+escaped"),
        (b'{"a": "\\u00e9"}\n', "spaced+escaped+newline"),
        (b'{\n  "a": [\n    1\n  ]\n}\n', "indented+newline"),
        (b'{\n    "a": 1\n}', "indented-4"),
        (b'{\n\t"a": "\\u00e9"\n}', "indented-tab+escaped"),
        (b'{"a":"\\u003cb\\u003e \xc3\xa9"}\n', "compact+html+newline"),
        (b'[{"a": 1}]', "spaced"),
        (b'["a", "b"]', "spaced"),
        (b"[1, 2]", "spaced"),
        (b"{}", "compact"),
    ],
)
def test_the_encoding_is_named(data, encoding):
    form, _ = form_of(data)
    assert form.get("encoding", "compact") == encoding
    assert form["json"] == json.loads(data)
    assert encodings.NAME.fullmatch(encoding)
    assert back(form) == data


@pytest.mark.parametrize(
    "data",
    [
        *(
            b'{"a":1E5}',
            b'{"a":1,"a":2}',
            b'{ "a":1}',
            b'{"a":"\\ud800"}',
            b"[%s]" % (b"1" * 5000),
            b"[NaN]",
            b"[1e999]",
        ),
        *(
            b"[" * 5000 + b"]" * 5000,
            b"[" * 90 + b"]" * 90,
            b'{"$first":1}',
            b'{"a":1',
            b'{"a":-0}',
            b'{\n   "a": 1\n}',
        ),
        *(b'{"a":1.50}', b'{"a":1}\n\n', b'[0,"a"] ', b"[%s0]" % (b"0," * 30_000)),
    ],
)
def test_what_no_encoding_gives_back_is_kept_as_text(data):
    form, _ = form_of(data)
    assert "json" not in form
    assert form["text"].encode() == data


def test_a_json_schema_is_no_marker():
    data = compact({"$defs": {"a": {"$ref": "#"}}, "$schema": "x", "$of": 1})
    assert form_of(data)[0] == {"json": json.loads(data)}


def test_crlf_text_is_kept_readable():
    form, _ = form_of(b"data: 1\r\n\r\n")
    assert form == {"newlines": "crlf", "text": "data: 1\n\n"}
    assert form_of(b"a\r\nb\n")[0] == {"text": "a\r\nb\n"}


def test_large_and_binary_bodies_become_blobs():
    text, binary = b"x" * (limits.TEXT_BYTES + 1), b"\xff" * (limits.BINARY_BYTES + 1)
    for data in (text, binary):
        form, room = form_of(data)
        assert form == {"blob": sha256(data).hexdigest()}
        assert back(form, room.blobs) == data
    assert form_of(text[1:])[0] == {"text": text[1:].decode()}
    assert b64encode(binary[1:]).decode() == form_of(binary[1:])[0]["base64"].replace("\n", "")


def test_a_file_that_is_full_takes_blobs():
    room = Room(nodes=3, inline=30)
    assert payloads.structured(Body(b"[1,2]"), room) == {"json": [1, 2]}
    assert payloads.structured(Body(b"[1,2]"), room) == {"text": "[1,2]"}
    assert "blob" in payloads.structured(Body(b"x" * 30), room)


@pytest.mark.parametrize("first", [b"[1,2,3]", b"a text"])
def test_so_does_one_that_has_all_the_bytes_it_may_have(first):
    room = Room(inline=10)
    assert payloads.structured(Body(first), room).keys() <= {"json", "text"}
    assert "blob" in payloads.structured(Body(b"[4,5,6]"), room)


@pytest.mark.parametrize(("value", "equal"), [(1, 1.0), (True, 1), (0, False), ([1], [True])])
@pytest.mark.parametrize("more", [[], [{"role": "user"}]])
@pytest.mark.parametrize("is_known", [True, False])
def test_what_python_takes_for_equal_is_told_in_its_own_bytes(value, equal, more, is_known):
    """What a body is made of may be known: then its bytes are not compared with what is told."""
    told = (value, []), (value, more), (equal, more)
    bodies = [
        encodings.compact_and_parsed({"messages": [{"content": "x" * 200, "n": one}, *rest]}) for one, rest in told
    ]
    teller, listener = Teller(Room()), Listener({}.__getitem__)
    for seq, (data, parsed) in enumerate(bodies, 1):
        form = teller.tell(Call("chat", "POST /x", Body(data, "application/json", parsed if is_known else None)), seq)
        assert listener.hear(form, "request", "a.yaml", seq).data == data


def test_a_blob_that_holds_something_else_is_damage():
    with pytest.raises(DamagedFile, match="request: the body cannot be put together: the blob"):
        back({"blob": "0" * 64}, {"0" * 64: b"x"})


def test_a_body_that_is_not_the_one_meant_is_damage():
    body = payloads.read(Fields({"text": "b"}, "request", "a.yaml"), dict.__getitem__, sha256(b"a").hexdigest())
    with pytest.raises(DamagedFile, match="not the one whose sha256 stands there") as error:
        body.data  # noqa: B018
    assert "oao seal" in error.value.remedy


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_shared_lists_come_back(requests):
    told: dict[int, JSON] = {}
    last = None
    for seq, body in enumerate(json.loads(request.data) for request in requests):
        same, told[seq] = sharing.share(body, last) if last else (body, body)
        assert same == body
        assert repr(sharing.whole(told[seq], told)) == repr(same)
        last = sharing.Told(seq, same, told[seq])


def test_a_body_that_is_made_of_the_objects_of_the_one_before_is_itself_and_needs_no_check():
    first = {"model": "gpt-5", "messages": [{"role": "user", "content": "x" * 100}], "tools": [{"name": "a"}]}
    then = {**first, "messages": [*first["messages"], {"role": "user", "content": "more"}], "n": 1}
    same, stored = sharing.share(then, sharing.Told(1, first, first))
    assert same is then
    assert stored == {**then, "messages": {"$first": 1, "$of": 1, "$then": [then["messages"][1]]}}
    last = {**then, "messages": [*then["messages"], {}], "n": 1.0}
    same, stored = sharing.share(last, sharing.Told(2, then, stored))
    assert same is last
    assert stored["messages"] == {"$first": 2, "$of": 2, "$then": [{}]}


def test_what_is_only_equal_is_taken_from_before_and_must_be_checked():
    first = {"m": [{"n": 1, "content": "x" * 100}]}
    then = {"m": [{"n": 1.0, "content": "x" * 100}, {}]}
    same, stored = sharing.share(then, sharing.Told(1, first, first))
    assert same == then
    assert repr(same) == repr(sharing.whole(stored, {1: first})) != repr(then)


def test_a_chain_of_ten_thousand_calls_is_followed():
    item = "x" * 100
    told: dict[int, JSON] = {0: {"m": [item]}}
    for seq in range(1, 10_000):
        told[seq] = {"m": {"$first": seq, "$of": seq - 1, "$then": [item]}}
    assert sharing.whole(told[9_999], told) == {"m": [item] * 10_000}


@pytest.mark.parametrize(
    "marker",
    [
        {"$first": 3, "$of": 1, "$then": []},
        {"$first": 1, "$of": 9, "$then": []},
        {"$first": 1, "$of": 2, "$then": []},
        {"$first": -1, "$of": 1, "$then": []},
        {"$first": True, "$of": 1, "$then": []},
        {"$first": 1, "$of": "1", "$then": []},
        {"$first": 1, "$of": 1},
        {"$first": 1, "$of": 1, "$then": {}},
        {"$first": 1, "$of": 1, "$then": [], "more": 1},
    ],
)
def test_a_marker_that_points_nowhere_is_refused(marker):
    with pytest.raises(ValueError, match="points at no such list"):
        sharing.whole({"m": marker}, {1: {"m": [1, 2]}, 2: {"m": marker}})


EVENT = b"data: x\n\n"


@pytest.mark.parametrize(
    ("sizes", "notation"),
    [
        ((9, 9, 9), "events"),
        ((27,), "events 3"),
        ((9, 18), "events 1 2"),
        ((18, 9), "events 2 1"),
        ((8, 19), [8, 19]),
        ((9, 0, 18), [9, 0, 18]),
        ((), []),
    ],
)
def test_chunks_are_told_shortly(sizes, notation):
    assert chunks.write(EVENT * 3, sizes) == notation
    if isinstance(notation, str):
        assert chunks.read(notation, EVENT * 3) == sizes


@given(st.lists(st.integers(1, 4), max_size=30), st.sampled_from([EVENT, b"data: x\r\n\r\n", b"\n\n"]))
def test_chunks_of_events_come_back(counts, event):
    data = event * sum(counts)
    sizes = tuple(len(event) * count for count in counts)
    notation = chunks.write(data, sizes)
    assert (notation == [] and not sizes) or chunks.read(notation, data) == sizes
    assert len(str(notation)) < 250


@pytest.mark.parametrize(
    "notation", ["events 2", "events 4", "events 1*999999999", "events 0", "event", "events 1*", "events 99999999999"]
)
def test_chunks_that_do_not_fit_are_refused(notation):
    with pytest.raises(ValueError, match="event"):
        chunks.read(notation, EVENT * 3)


def test_a_stream_whose_end_is_no_event_cannot_be_cut_at_events():
    assert chunks.write(EVENT + b"data", (9, 4)) == [9, 4]
    with pytest.raises(ValueError, match="blank line"):
        chunks.read("events", EVENT + b"data")


@pytest.mark.parametrize("writer", WRITERS[:7])
def test_each_encoding_is_found(writer):
    data = json.dumps({"a": [1, "é\u2028<", {"b": None}], "c": {}}, **writer).encode()
    assert "json" in form_of(data)[0]
