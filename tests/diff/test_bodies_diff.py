import json

import pytest

from pytest_oao.diff.bodies import content, equal_bodies, explain_bodies
from pytest_oao.diff.clipping import clip
from pytest_oao.diff.renaming import Renaming
from pytest_oao.diff.sessions import paired, same_request
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned

FORM = "application/x-www-form-urlencoded"
PNG = bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (Body(b'{"a": 1}', "application/json"), {"a": 1}),
        (Body(b" [1, 2]", ""), [1, 2]),
        (Body(b"42", "application/json"), 42),
        (Body(b'\xef\xbb\xbf{"a": 1}', "application/json"), {"a": 1}),
        (Body(b"42", "text/plain"), "42"),
        (Body(b"{broken", "application/json"), "{broken"),
        (Body(b"[" * 100_000, "application/json"), "[" * 100_000),
        (Body(b"1" * 5_000, "application/json"), "1" * 5_000),
        (Body(b"a=1&b=2&a=3&c=", FORM), {"a": ["1", "3"], "b": "2", "c": ""}),
        (Body(PNG, "image/png"), PNG),
        (Body(b"GIF\x00\x01"), b"GIF\x00\x01"),
        (Body("é\n".encode()), "é\n"),
        (Body(), ""),
    ],
)
def test_what_a_body_says(body, said):
    assert content(body) == said


def test_a_body_is_put_together_once_to_be_read():
    loads = []
    body = Body.deferred(lambda: loads.append(1) or b'{"a": 1}', "0" * 64, "application/json")
    assert content(body) == {"a": 1}
    assert len(loads) == 1


def explained(one, other, media=""):
    return explain_bodies(Body(one, media), Body(other, media))


def test_json_bodies_are_explained_by_path():
    assert explained(b'{"a": 1}', b'{"a": 2}').changes[0].path == "$.a"
    assert explained(b'{"a": 1, "b": 2}', b'{"b":2,"a":1}').changes == ()


def test_forms_are_explained_by_field():
    told = explained(b"q=x&page=1", b"page=2&q=x", FORM)
    assert [change.path for change in told.changes] == ["$.page"]


def test_texts_are_explained_by_line():
    told = explained(b"one\ntwo\nthree", b"one\n2\nthree")
    assert told.changes[0].text == ("  (line 2)", "  one", "- two", "+ 2", "  three") or told.changes[0].actual


def test_bytes_are_told_by_size_hash_and_offset():
    told = explained(PNG, PNG[:300] + b"!" + PNG[301:], "image/png")
    (change,) = told.changes
    assert change.expected == f"image/png, 1,024 bytes, sha256 {Body(PNG).sha256}"
    assert change.text == ("  (first difference at byte 300)",)
    assert told.cause == "the bytes differ from offset 300 on"
    assert explained(PNG, PNG).changes == ()
    assert not equal_bodies(Body(PNG), Body(b"text"), Renaming()).equal


def test_equal_bodies_are_those_that_explain_to_nothing():
    assert equal_bodies(Body(b'{"a": 1}'), Body(b'{"a":1.0}'), Renaming()).equal
    assert not equal_bodies(Body(b'{"a": 1}'), Body(b'{"a": true}'), Renaming()).equal


@pytest.mark.parametrize("room", [10, 100, 1_000])
def test_clipped_values_fit_about_the_room(room):
    value = {"text": "x" * 5_000, "list": [{"deep": ["y" * 50] * 100}] * 100, "k" * 3_000: 1}
    assert len(json.dumps(clip(value, room))) < 3 * room + 400
    assert clip({"a": [1, "b"]}, 100) == {"a": [1, "b"]}


def exchange(seq, text, kind="chat"):
    return Exchange(seq, Call(kind, "POST /chat", Body(text.encode())), Returned())


def test_calls_of_two_sessions_are_paired_in_order():
    one = [exchange(1, "a"), exchange(2, "b"), exchange(3, "x", "http"), exchange(4, "d")]
    other = [exchange(1, "a"), exchange(2, "B"), exchange(3, "d")]
    couples = [(e and e.seq, a and a.seq) for e, a in paired(one, other)]
    assert couples == [(1, 1), (2, 2), (3, None), (4, 3)]


def test_the_same_request_keeps_its_ids_alike():
    renaming = Renaming()
    ids = ["550e8400-e29b-41d4-a716-44665544000" + tail for tail in "0123"]
    assert same_request(exchange(1, ids[0]), exchange(1, ids[1]), renaming)
    assert renaming.pairs == ((ids[0], ids[1]),)
    assert not same_request(exchange(2, ids[0]), exchange(2, ids[2]), renaming)
    assert not same_request(exchange(2, "a"), exchange(2, "a", "http"), renaming)
