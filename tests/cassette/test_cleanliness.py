import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette import redacting, shelf
from pytest_oao.cassette.cleanliness import holds_no_secret
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.raw_pairs import RawPairs

SECRET = "sk-proj-" + "Zq7Vt2Lm9Xw4Rc8Bn3Kd6Hf1Js5Yp0Gu"
HALVES = ("sk-proj-" + "Zq7Vt2Lm9Xw4", "Rc8Bn3Kd6Hf1Js5Yp0Gu")
ANSWER = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "fine"}}]}
CLEAN = Redactor.of(environment={})


def session(*requests, answer=ANSWER, **beside):
    records = ({"request": request, "response": answer, "session_id": "s", **beside} for request in requests)
    data = b"\n".join(json.dumps(record).encode() for record in records) + b"\n"
    (found,) = RawPairs().read(FileDump("log.jsonl", data))
    return found


def slowly(found, redactor):
    """Redact a session body by body."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redacting, "holds_no_secret", lambda *_: False)
        return redacted_session(found, redactor)


def asked(*contents, **more):
    return {"model": "m", "messages": [{"role": "user", "content": one} for one in contents], **more}


def test_a_session_without_secrets_is_known_for_one():
    growing = [asked(*["hello"] * count, tools=[{"name": "t"}]) for count in range(1, 4)]
    assert holds_no_secret(session(*growing), CLEAN)


@pytest.mark.parametrize(
    "request_body",
    [
        asked(SECRET),
        asked("a", "b", SECRET, "c"),
        asked("a", tools=[{"name": SECRET}]),
        asked("a", metadata={"password": "hunter2hunter2"}),
        asked("a", password=["hunter2hunter2"]),
        asked("a", password=1234567890),
        asked("a", **{SECRET: 1}),
        {"model": "m", "input": ["a", SECRET]},
        {"model": "m", "messages": [{"role": "user", "content": "a"}], "input": [SECRET, {"a": 1}]},
    ],
)
def test_a_secret_anywhere_in_a_request_is_seen(request_body):
    found = session(asked("a"), request_body)
    assert not holds_no_secret(found, CLEAN)
    assert redacted_session(found, CLEAN) == slowly(found, CLEAN) != found


@pytest.mark.parametrize(
    "beside",
    [
        {"answer": {**ANSWER, "id": SECRET}},
        {"answer": {**ANSWER, "choices": [{"message": {"content": SECRET}}]}},
        {"url": f"https://u:{SECRET}@gw.example/v1/chat/completions"},
        {"agent": SECRET},
        {"id": SECRET},
        {"id": "?api_key=abcdef0123456789"},
        {"answer": f"data: {SECRET}\n\n"},
        {"answer": json.dumps({**ANSWER, "id": SECRET})},
    ],
)
def test_a_secret_beside_the_request_is_seen(beside):
    found = session(asked("a"), **beside)
    assert not holds_no_secret(found, CLEAN)
    assert redacted_session(found, CLEAN) == slowly(found, CLEAN)


@pytest.mark.parametrize(
    "redactor",
    [
        Redactor.of(environment={}, values=['x"},{"role":"user","content":"y']),
        Redactor.of([r'x"\},\{"role":"user","content":"y'], environment={}),
    ],
)
def test_what_reaches_from_one_message_into_the_next_is_seen(redactor):
    found = session(asked("ax", "yb"))
    assert holds_no_secret(found, CLEAN)
    assert not holds_no_secret(found, redactor)
    assert redacted_session(found, redactor) == slowly(found, redactor) != found


@pytest.mark.parametrize("pattern", [r"^tok-1+$", r"\Atok-1+", r"tok-1+\Z", r"(?<![^x])tok-1+(?!\s)", "tok-1{400}"])
@pytest.mark.parametrize("name", ["id", "agent"])
def test_a_pattern_of_ones_own_may_look_at_the_ends_of_a_text(pattern, name):
    found, redactor = session(asked("a"), **{name: "tok-" + "1" * 400}), Redactor.of([pattern], environment={})
    assert holds_no_secret(found, CLEAN)
    assert not holds_no_secret(found, redactor)
    assert redacted_session(found, redactor) == slowly(found, redactor) != found


def test_a_media_type_is_looked_at():
    found, redactor = session(asked("a")), Redactor.of(["^application/js"], environment={})
    assert redacted_session(found, redactor) == slowly(found, redactor) != found


def test_a_known_value_is_seen_wherever_it_stands():
    redactor = Redactor.of(environment={"MY_API_KEY": "correct horse battery"})
    assert not holds_no_secret(session(asked("a", "correct horse battery")), redactor)
    assert holds_no_secret(session(asked("correct horse", "battery")), redactor)


TEXTS = st.sampled_from(
    [
        "a",
        SECRET,
        *HALVES,
        '"password": "',
        "hunter2hunter2",
        "api_key=",
        "Bearer ",
        "-----BEGIN PRIVATE KEY-----",
        "\n",
    ]
) | st.text(max_size=4)
VALUES = st.recursive(
    st.lists(TEXTS, max_size=3).map("".join) | st.none() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "value", "password", "token", "content", "id"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("redactor", [CLEAN, Redactor.of(["^a", r"a(?!\s)", '^[^"]*w$'], environment={})])
@given(
    st.lists(st.dictionaries(st.sampled_from(["role", "content", "name", "value"]), VALUES), max_size=4), VALUES, TEXTS
)
def test_it_is_never_sure_of_what_would_be_replaced(redactor, messages, beside, agent):
    found = session(
        *({"model": "m", "messages": messages[:count], "x": beside} for count in range(1, len(messages) + 2)),
        agent=agent,
    )
    if holds_no_secret(found, redactor):
        assert slowly(found, redactor).exchanges == found.exchanges
    assert shelf.dumps(redacted_session(found, redactor)) == shelf.dumps(slowly(found, redactor))
