import json
from dataclasses import replace

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Head, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Header, Origin, Session
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.report.session_text import render_difference, render_session

SITE = Site("shop/agent.py:41 in answer", "tests/test_refund.py:12 in test_refund")


def chat(seq, question, answer="Hello.", lane="0", tokens=(1203, 87), **more):
    request = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": question}], **more}
    call = Call(
        "chat",
        "POST /chat/completions",
        Body(json.dumps(request).encode(), "application/json"),
        lane,
        attributes={"gen_ai.request.model": "gpt-5-mini"},
        site=SITE,
    )
    usage = {"gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
    outcome = Returned(Body(json.dumps({"id": f"chatcmpl-{seq:012}", "text": answer}).encode()), Head(200))
    return Exchange(seq, call, outcome, 1.0, 1.24, usage)


def tool(seq, result='{"status": "shipped"}', name="lookup_order"):
    call = Call("execute_tool", name, Body(b'{"order": 17}'), attributes={"gen_ai.tool.name": name})
    return Exchange(seq, call, Returned(Body(result.encode())), 0.0, 0.012)


def replies(exchange):
    if exchange.call.kind != "chat" or isinstance(exchange.outcome, Raised):
        return Reply()
    text = exchange.outcome.body.json()["text"]
    calls = (ToolCall("call_1", "lookup_order", '{"order": 17}'),) if text.startswith("Let me") else ()
    return Reply(text, "", calls)


def session(*exchanges, ending=Ending("passed"), **more):
    header = Header("20261121-abc", test="tests/test_refund.py::test_refund", runtime={"python": "3.11.7"})
    return Session(header, exchanges, ending, **more)


SHOWN = """\
oao: session 20261121-abc
  test       tests/test_refund.py::test_refund
  origin     recorded, format 1
  calls      2 calls, 1.3 s of waiting
  tokens     1,203 in, 87 out
  ended      passed
  with       python 3.11.7

#1 chat gpt-5-mini 200 1.2 s 1,203 in, 87 out
      asks       “Where is order 17?”
      said       Let me look.
      calls      lookup_order({"order": 17})
#2 execute_tool lookup_order 12 ms
      asks       {"order": 17}
      came       {"status": "shipped"}"""


def test_a_session_in_short():
    assert render_session(session(chat(1, "Where is order 17?", "Let me look."), tool(2)), replies=replies) == SHOWN


def test_messages_are_whole_with_v():
    text = "\n".join(f"line {number}" for number in range(30))
    record = session(chat(1, "Tell me.", text))
    assert "line 11\n" not in render_session(record, replies=replies)
    assert "line 11\n" in render_session(record, 1, replies=replies)
    assert "… (18 more lines)" in render_session(record, 1, replies=replies)
    assert "line 29" in render_session(record, 2, replies=replies)
    assert "shop/agent.py:41" in render_session(record, 1, replies=replies)


def test_what_went_wrong_is_told():
    failed = replace(chat(1, "Hi"), outcome=Raised("ReadTimeout", "timed out"))
    limited = replace(chat(2, "Hi"), outcome=Returned(Body(b'{"error": "slow down"}'), Head(429)))
    broken = replace(chat(3, "Hi"), outcome=Streamed(Body(b"data: x\n\n"), Head(200), (9,), (), Raised("ReadError")))
    text = render_session(session(failed, limited, broken, ending=None, in_doubt=(tool(4).call,)))
    assert "raised ReadTimeout: timed out" in text
    assert 'HTTP 429 {"error": "slow down"}' in text
    assert "200 streamed (broke: ReadError)" in text
    assert "not at all: the record is incomplete" in text
    assert "in doubt   execute_tool lookup_order" in text


def test_an_import_says_what_it_lacked():
    header = Header("x", origin=Origin("imported", "vcrpy", "old.yaml", ("timing",)))
    assert "imported from old.yaml (vcrpy), lacking timing" in render_session(Session(header))


def test_bytes_are_counted_not_printed():
    blob = replace(tool(1), outcome=Returned(Body(bytes(range(256)) * 10, "image/png")))
    assert "(2,560 bytes, image/png)" in render_session(session(blob))


def test_nothing_of_a_record_is_printed_raw():
    hostile = "\x1b[2J\r\n::error::owned\n##[command]\u202e\x07"
    record = session(chat(1, hostile, hostile), tool(2, hostile, hostile), ending=Ending("failed", hostile))
    for verbosity in range(3):
        text = render_session(record, verbosity, replies=replies)
        text += "\n" + render_difference(record, session(chat(1, "x" + hostile, "y" + hostile)), verbosity=verbosity)
        assert not set(text) & set("\x1b\r\u202e\x07")
        assert not any(line.strip().startswith("::") or "##[" in line for line in text.splitlines())


def test_equal_sessions_have_no_difference():
    one = session(chat(1, "Where is order 17?"), tool(2))
    assert render_difference(one, session(chat(1, "Where is order 17?"), tool(2))) == ""


DIFFERENCE = """\
oao: 20261121-abc → 20261121-abc
  calls      3 calls → 3, 3 of them differ
  tokens     2,406 in, 174 out → 2,406 in, 170 out

- #2 execute_tool lookup_order({"order": 17})
      → {"status": "shipped"}

~ #3 → #2 chat gpt-5-mini: messages[0] (user message) changed; temperature was added
  ~ $.messages[0].content: "What now?" → "And now?"
  + $.temperature: 1
  what came back differs
  ~ $.text: "Hello." → "Good bye."

+ #3 execute_tool cancel_order({"order": 17})
      → {"status": "shipped"}"""


def test_two_sessions_side_by_side():
    one = session(chat(1, "Where is order 17?"), tool(2), chat(3, "What now?"))
    other = session(
        chat(1, "Where is order 17?"),
        chat(2, "And now?", "Good bye.", tokens=(1203, 83), temperature=1),
        tool(3, name="cancel_order"),
    )
    assert render_difference(one, other, replies=replies) == DIFFERENCE


def test_another_answer_to_the_same_question_is_told():
    text = render_difference(session(chat(1, "Hi", "Yes.")), session(chat(1, "Hi", "No.")), replies=replies)
    assert "what came back differs, though the request is the same" in text
    assert '~ $.text: "Yes." → "No."' in text


def test_more_differing_calls_than_are_shown_are_counted():
    one = session(*(chat(n, f"question {n}") for n in range(1, 11)))
    other = session(*(chat(n, f"Question {n}") for n in range(1, 11)))
    assert "… 7 more differing calls (-v shows more)" in render_difference(one, other)
