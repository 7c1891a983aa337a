"""Sessions to seal: hand-made ones, and Hypothesis strategies for nasty ones."""

import json

from hypothesis import strategies as st

from pytest_oao.model.bodies import EMPTY, Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Execution, Header, Origin, Session

NASTY = [
    *(
        "",
        " ",
        "\n",
        "\n\n",
        "\t",
        "\r",
        "\r\n",
        "a\r\nb",
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "\na",
        " a\nb",
        "a \nb ",
        "\ta\nb",
    ),
    *(
        "a\n ",
        "a\n  \n",
        "  \n",
        "\n \na",
        "a\n\tb",
        "#a\n#b",
        "---\na",
        "...\n",
        "a\n---\nb",
        "a: b",
        "a #b",
        "- a",
        "? a",
    ),
    *(
        "yes",
        "No",
        "null",
        "~",
        "true",
        "TRUE",
        "1",
        "1e3",
        "1E5",
        "0o7",
        "0x1f",
        "1_000",
        ".5",
        "-",
        "--",
        "---",
        "...",
    ),
    *(
        "2026-01-01",
        "12:30:45",
        "=",
        "<<",
        "*a",
        "&a",
        "!a",
        "!!python/name:os",
        "%YAML",
        "@a",
        "`a",
        "|",
        ">",
        "{",
        "[",
    ),
    *("'", '"', "\\", '\\"', "a\\nb", "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "a\x85b", "\xa0", "\u2028", "\u2029"),
    *("\ufeff", "\ufffe", "\uffff", "\U0001f600", "e\u0301", "\u202eabc", "\u200b", "::error::", "$first", "a" * 300),
    *(
        "x\n" * 150,
        "é" * 201,
        " trailing ",
        "a,b]c}d",
        "key: |\n  text\n",
        "a:",
        ":a",
        "#",
        "a\u2028b\nc",
        "\U0010ffff",
    ),
]

texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
ids = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    texts,
    st.sampled_from([0, 0.0, -0.0, 1, 1.0, True]),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=10
)
objects = st.dictionaries(texts, values, max_size=4)
header_names = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}", fullmatch=True)
header_values = texts.filter(lambda text: set("\r\n\0").isdisjoint(text))
headers = st.lists(st.tuples(header_names, header_values), max_size=4).map(tuple)
WRITERS = [
    {"ensure_ascii": False, "separators": (",", ":")},
    {"separators": (",", ":")},
    {"ensure_ascii": False},
    {},
    {"ensure_ascii": False, "indent": 2},
    {"indent": 4},
    {"indent": "\t"},
    {"indent": 3},
]
RAW = [
    *(b"", b" ", b"null", b"{}", b"[]", b'{"a":1E5}', b'{"a":1,"a":2}', b'{ "a":1}', b'"\\ud800"', b'{"a":"\\udfff"}'),
    *(
        b"\xff\xfe",
        b"\x00\x01\x02",
        b"a\r\nb\r\n",
        b"a\r\nb\n",
        b"\xef\xbb\xbf{}",
        b'{"$first":1}',
        b"NaN",
        b"[Infinity]",
    ),
    *(b"[" * 200 + b"]" * 200, b"1" * 5000, b"[1.0,1,true]", b'{"a":-0}', b'{"html":"\\u003cb\\u003e"}\n', b"[1e999]"),
    b'data: {"a": 1}\n\ndata: [DONE]\n\n',
]


@st.composite
def bodies(draw):
    kind = draw(st.sampled_from(["raw", "bytes", "text", "json"]))
    media_type = draw(st.sampled_from(["", "application/json", "text/plain", "text/event-stream"]))
    if kind == "raw":
        return Body(draw(st.sampled_from(RAW)), media_type)
    if kind == "bytes":
        return Body(draw(st.binary(max_size=60)), media_type)
    if kind == "text":
        return Body(draw(texts).encode(), media_type)
    data = json.dumps(draw(values), **draw(st.sampled_from(WRITERS))) + draw(st.sampled_from(["", "", "\n"]))
    return Body(data.encode(), media_type)


@st.composite
def histories(draw):
    """Requests of which each repeats what one before it says, more or less."""
    message = st.fixed_dictionaries({"role": st.sampled_from(["user", "tool"]), "content": texts | leaves})
    messages = draw(st.lists(message, max_size=4))
    tools = draw(st.lists(values, max_size=2))
    found = []
    for _ in range(draw(st.integers(1, 5))):
        messages = messages[: draw(st.integers(0, 9))] + draw(st.lists(message, max_size=3))
        request = {"model": "m", "tools": tools, "deep": {"input": messages}, "messages": messages}
        found.append(Body(json.dumps(request, **draw(st.sampled_from(WRITERS[:5]))).encode(), "application/json"))
    return found


heads = st.none() | st.builds(Head, st.integers(100, 599), headers, st.sampled_from(["HTTP/1.1", "HTTP/2"]))
raised = st.builds(Raised, texts, texts)
seconds = st.integers(0, 10**15).map(lambda n: round(n / 1e6, 6))


@st.composite
def streams(draw):
    body = draw(bodies())
    if draw(st.booleans()):
        body = Body(b"".join(draw(st.lists(st.sampled_from([b"data: a\n\n", b"data: b\r\n\r\n", b": c\n\n"])))))
    size, sizes = len(body.data), []
    while size and draw(st.booleans()):
        sizes.append(draw(st.integers(0, size)))
        size -= sizes[-1]
    sizes = (*sizes, size) if size or draw(st.booleans()) else tuple(sizes)
    times = draw(st.just(()) | st.tuples(*[st.integers(0, 9999).map(lambda n: n / 1000)] * len(sizes)))
    return Streamed(body, draw(heads), sizes, times, draw(st.sampled_from(["complete", "closed"]) | raised))


outcomes = st.one_of(st.builds(Returned, bodies(), heads), streams(), raised)


@st.composite
def calls(draw, body=None):
    return Call(
        kind=draw(ids),
        target=draw(st.sampled_from(["POST /chat", "search", *NASTY])),
        body=body if body is not None else draw(bodies()),
        lane=draw(st.sampled_from(["0", "0.1", "0.2"])),
        url=draw(texts),
        headers=draw(headers),
        attributes=draw(objects),
        site=draw(st.none() | st.builds(Site, texts, texts)),
        caused_by=draw(st.none() | st.integers(1, 9)),
    )


@st.composite
def sessions(draw):
    requests = draw(histories()) + draw(st.lists(bodies(), max_size=2))
    return Session(
        header=Header(
            id=draw(ids),
            origin=draw(st.just(Origin()) | st.builds(Origin, st.just("imported"), texts, texts, st.tuples(texts))),
            test=draw(texts),
            execution=draw(
                st.just(Execution())
                | st.builds(Execution, texts, texts, modules=st.dictionaries(texts, texts, max_size=3))
            ),
            runtime=draw(st.dictionaries(texts, texts, max_size=2)),
            redaction=draw(st.lists(texts, max_size=2).map(tuple)),
            metadata=draw(objects),
        ),
        exchanges=tuple(
            Exchange(seq, draw(calls(body)), draw(outcomes), draw(seconds), draw(seconds), draw(objects))
            for seq, body in enumerate(requests, 1)
        ),
        ending=draw(st.none() | st.builds(Ending, st.sampled_from(["passed", "failed", "stopped", "unknown"]), texts)),
        in_doubt=tuple(draw(st.lists(calls(), max_size=1))),
    )


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def chat(seq, request, answer, **changes):
    """Make an exchange of a model call, both bodies JSON."""
    call = Call(
        kind="chat",
        target="POST /chat/completions",
        body=Body(compact(request), "application/json"),
        url="https://model.test/v1/chat/completions",
        attributes={"gen_ai.request.model": "m"},
        site=Site("agent.py:12 in run", "test_agent.py:7 in test_it"),
    )
    head = Head(200, (("content-type", "application/json"), ("x-request-id", f"req_{seq}")))
    outcome = Returned(Body(compact(answer), "application/json"), head)
    return Exchange(
        **{"seq": seq, "call": call, "outcome": outcome, "started_at": 1.5e9 + seq, "duration": 0.25, **changes}
    )


SYSTEM = "You are a careful agent.\n" + "Think before you act. " * 20


def agent(steps=3, **header):
    """Make a session whose every call sends the whole history again."""
    messages, exchanges = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "Is my order late?"}], []
    tools = [{"name": "search", "description": "Find an order.\nBy its number. " * 12}]
    for seq in range(1, steps + 1):
        message = {"role": "assistant", "content": f"Step {seq}: " + "I look at the order again. " * 12}
        request = {"model": "m", "messages": list(messages), "tools": tools}
        exchanges.append(chat(seq, request, {"id": f"c{seq}", "choices": [{"message": message}]}))
        messages += [message, {"role": "user", "content": f"And then, {seq}?"}]
    return Session(Header("s1", **header), tuple(exchanges), Ending("passed"))


EVENTS = b'data: {"delta":"a"}\n\ndata: {"delta":"b"}\n\ndata: [DONE]\n\n'


def mixed():
    """Make a small session that has something of everything."""
    head = Head(200, (("content-type", "text/event-stream"),), "HTTP/2")
    stream = Streamed(Body(EVENTS, "text/event-stream"), head, (21, 35), (0.1, 0.25), "closed")
    call = Call("http", "GET https://host/path", lane="0.1", caused_by=1)
    return Session(
        Header(
            "s2",
            origin=Origin("imported", "har", "a.har", ("timing",)),
            test="tests/test_a.py::test_b[é]",
            execution=Execution("a" * 64, modules={"agent.py": "b" * 64}),
            runtime={"python": "3.11.9"},
            redaction=("headers",),
            metadata={"yes": ["no", 1, 1.0, None]},
        ),
        (
            *agent(1).exchanges,
            Exchange(2, call, stream),
            Exchange(3, call, Raised("ReadTimeout", "too\nlate")),
            Exchange(4, call, Returned(Body(b"\xff\xd8\xff", "image/jpeg"), Head(404))),
            Exchange(5, Call("clock", "now", EMPTY), Returned(Body(b"1.5", "application/json"))),
        ),
        Ending("failed", "assert 1 == 2"),
        (Call("execute_tool", "pay", Body(b'{"amount":1}', "application/json")),),
    )
