import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from report_samples import chat, replies, session, tool

from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.conversations import ModelFailure
from pytest_oao.model.ledgers import Ledger, Line
from pytest_oao.model.outcomes import DENIED, REFUSED, Head, Raised, Returned, Streamed
from pytest_oao.model.sessions import Ending, Execution, Header, Origin, Session
from pytest_oao.model.verdicts import Verdict
from pytest_oao.policy.prices import Prices
from pytest_oao.providers.neutral import MEDIA_TYPE, failure_json
from pytest_oao.report.session_text import render_session
from pytest_oao.runtime.session_facts import session_facts

SHOWN = """\
oao: session 20261121-abc
  test       tests/test_refund.py::test_refund
  origin     recorded, format 1
  calls      2 calls, 1.3 s of waiting
  tokens     1,203 in, 87 out
  ended      passed
  with       python 3.11.7

#1    chat gpt-5-mini                           200 · 1.2 s · 1,203 in, 87 out
      asks       “Where is order 17?”
      said       Let me look.
      calls      lookup_order({"order": 17})
#2    execute_tool lookup_order                 12 ms
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


def test_each_result_of_a_tool_that_a_model_is_told_stands_by_itself():
    results = [{"role": "tool", "tool_call_id": one, "content": f"{one} says\n{'x ' * 60}"} for one in "ab"]
    told = replace(chat(1, "", "Both."), call=Call("chat", "POST /x", Body(json.dumps({"messages": results}).encode())))
    short, long = (render_session(session(told), verbosity, replies=replies) for verbosity in (0, 1))
    assert re.findall("^ +asks +(.{10})", short, re.MULTILINE) == ["tool → a s", "tool → b s"]
    assert "\n      asks\n        tool → a says\n        x x " in long
    assert "x x\n      asks\n        tool → b says\n" in long


def test_a_text_of_many_lines_that_a_tool_returned_is_shown_in_its_lines():
    def shown(text, verbosity=1):
        body = Body(json.dumps(text).encode(), "application/json")
        return render_session(session(replace(tool(1), outcome=Returned(body))), verbosity)

    assert shown("one\n  two").endswith("      came\n        one\n          two")
    assert shown("one\n  two", 0).endswith("      came       one two")
    assert shown("one").endswith('      came       "one"')


@pytest.mark.parametrize("before", range(1, 8))
def test_of_a_long_text_the_first_part_is_shown_and_how_much_is_left(before):
    text = "x" * before + "\n" + "é" * 10_000
    body = Body(json.dumps(text).encode(), "application/json")
    shown = render_session(session(replace(tool(1), outcome=Returned(body))), 1)
    assert re.search(f"      came\n        x{{{before}}}\n        é{{3000,}}… \\(40,0\\d\\d more bytes\\)\\Z", shown)


def test_a_failure_without_words_ends_with_its_name():
    body = Body(json.dumps(failure_json(ModelFailure(type="error"))).encode(), MEDIA_TYPE)
    assert render_session(session(replace(tool(1), outcome=Returned(body)))).endswith("      came       error")


def test_what_went_wrong_is_told():
    failed = replace(chat(1, "Hi"), outcome=Raised("ReadTimeout", "timed out"))
    limited = replace(chat(2, "Hi"), outcome=Returned(Body(b'{"error": "slow down"}'), Head(429)))
    broken = replace(chat(3, "Hi"), outcome=Streamed(Body(b"data: x\n\n"), Head(200), (9,), (), Raised("ReadError")))
    text = render_session(session(failed, limited, broken, ending=None, in_doubt=(tool(4).call,)))
    assert "raised ReadTimeout: timed out" in text
    assert 'HTTP 429 {"error": "slow down"}' in text
    assert "200 streamed (broke: ReadError)" in text
    assert "not at all: the record is incomplete" in text
    assert "  calls      3 calls, 1 in doubt, 3.7 s of waiting\n" in text
    assert "\n  in doubt   1 call was started and never settled: it may have happened\n?     execute_tool look" in text


def test_of_a_call_in_doubt_is_told_what_it_asked_and_from_where():
    doubted = replace(chat(1, "Refund\norder 17?").call, lane="0.1")
    record = session(ending=None, in_doubt=(doubted, tool(2).call))
    assert render_session(record).endswith("""\
  calls      0 calls in 2 lanes, 2 in doubt
  lanes      each is a task or a thread: 0.1 is the second one that 0 started
  ended      not at all: the record is incomplete
  with       python 3.11.7

  in doubt   2 calls were started and never settled: they may have happened
?     chat gpt-5-mini                           lane 0.1
      asks       “Refund order 17?”
?     execute_tool lookup_order
      asks       {"order": 17}""")
    assert """
?     chat gpt-5-mini                           lane 0.1
      at         shop/agent.py:41 in answer, from tests/test_refund.py:12 in test_refund
      asks
        “Refund
        order 17?”
?     execute_tool""" in render_session(record, 1)


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
        assert not set(text) & set("\x1b\r\u202e\x07")
        assert not any(line.strip().startswith("::") or "##[" in line for line in text.splitlines())


@pytest.mark.parametrize(
    ("end", "partly", "whole"),
    [
        ("complete", "200 streamed ·", "200 streamed ·"),
        ("closed", "200 streamed (closed early)", "200 streamed ·"),
        (Raised("Cancelled", ""), "200 streamed (cancelled)", "200 streamed ·"),
        (
            Raised("ReadError", ""),
            "200 streamed (broke: ReadError)",
            "200 streamed (broke after its last event: ReadError)",
        ),
    ],
)
def test_how_a_stream_ended_is_told_where_it_had_not_said_all(end, partly, whole):
    for data, told in ((b"data: {}\n\n", partly), (b"data: {}\n\ndata: [DONE]\n\n", whole)):
        streamed = Streamed(Body(data, "text/event-stream"), Head(200), (len(data),), (), end)
        assert told in render_session(session(replace(tool(1), outcome=streamed)))


def test_what_a_lane_is_is_told_where_there_is_more_than_the_first():
    first, second = chat(1, "Hi"), chat(2, "Hi")
    assert "lane" not in render_session(session(first, second))
    elsewhere = replace(second, call=replace(second.call, lane="0.1"))
    shown = render_session(session(first, elsewhere))
    assert "\n  lanes      each is a task or a thread: 0.1 is the second one that 0 started\n" in shown
    assert " lane 0.1 · 200 " in shown


def test_a_stream_that_said_all_was_read_to_its_end():
    def shown(data):
        closed = Streamed(Body(data, "text/event-stream"), Head(200), (len(data),), (), "closed")
        return render_session(session(replace(tool(1), outcome=closed)))

    assert "200 streamed · " in shown(b"data: {}\n\ndata: [DONE]\n\n")
    assert "closed early" not in shown(b"data: {}\n\ndata: [DONE]\n\n")
    assert "200 streamed (closed early)" in shown(b"data: {}\n\n")


LEDGER = Ledger(
    (
        Line("chat", "gpt-5-mini", 2, 2, is_model=True, cost=Decimal("0.0123")),
        Line("execute_tool", "lookup_order", 1, 1, is_tool=True),
    )
)


def offering(seq, system, number, **more):
    schema = {"type": "object", "properties": {"order": {"type": "integer"}}}
    function = {"name": "refund", "description": "Refund an order.\nOnce.", "parameters": schema}
    tools = [{"type": "function", "function": function}, {"type": "web_search", "max_uses": 2}]
    messages = [{"role": "system", "content": system}, {"role": "user", "content": f"Order {number}?"}]
    one = chat(seq, "", messages=messages, tools=tools, temperature=0.2, **more)
    return replace(one, call=replace(one.call, site=None))


REQUESTS = """
#1    chat gpt-5-mini                           200 · 1.2 s · 1,203 in, 87 out
      system     Be terse.
      tools
        refund: Refund an order.
        Once.
          parameters = {"type": "object", "properties": {"order": {"type": "integer"}}}
        {"type": "web_search", "max_uses": 2}
      parameters temperature = 0.2
      asks       “Order 17?”
      said       Hello.
#2    chat gpt-5-mini                           200 · 1.2 s · 1,203 in, 87 out
      system     Be kind.
      tools      as in #1
      parameters
        temperature = 0.2
        tool_choice = auto
        stop = ["END"]
      asks       “Order 18?”
      said       Hello.
#3    chat gpt-5-mini                           200 · 1.2 s · 1,203 in, 87 out
      system     as in #1
      tools      as in #1
      parameters as in #1
      asks       “Order 19?”
      said       Hello.

  in doubt   1 call was started and never settled: it may have happened
?     chat gpt-5-mini
      system     as in #2
      tools      as in #1
      parameters as in #1
      asks       “Order 20?”"""


def test_requests_are_told_whole_with_vv_and_once_where_they_are_the_same():
    more = {"tool_choice": "auto", "stop": ["END"]}
    calls = (offering(1, "Be terse.", 17), offering(2, "Be kind.", 18, **more), offering(3, "Be terse.", 19))
    record = session(*calls, in_doubt=(offering(4, "Be kind.", 20).call,))
    assert render_session(record, 2, replies=replies).endswith(REQUESTS)
    assert "Be terse." not in render_session(record, 1, replies=replies)


def test_no_text_is_cut_with_vv():
    prompt = "\n".join(f"rule {number}" for number in range(2_000))
    shown = render_session(session(offering(1, prompt, 17), chat(2, prompt, "Yes.")), 2, replies=replies)
    assert shown.count("rule 1999") == 2


def test_what_was_spent_is_a_line_and_with_v_a_table():
    assert "  spent      $0.0123 · 2 chat, 1 execute_tool\n" in render_session(session(tool(1)), ledger=LEDGER)
    table = "  spent                                 calls     cost\n             chat gpt-5-mini                2  $0.0123\n"
    assert table in render_session(session(tool(1)), 1, ledger=LEDGER)
    assert "spent" not in render_session(session(tool(1)))
    assert "spent" not in render_session(session(), ledger=Ledger())


def test_what_the_policy_said_stands_with_the_call():
    approved = replace(tool(1), verdicts=(Verdict("approved", "require_approval", "alice", "it is hers"),))
    allowed = replace(tool(2), verdicts=(Verdict("allowed"),))
    text = render_session(session(approved, allowed))
    assert "12 ms\n      policy     approved by alice: it is hers (require_approval)\n      asks " in text
    assert "allowed" not in text
    assert "      policy     allowed\n" in render_session(session(allowed), 1)


def test_a_call_that_was_denied_was_not_made():
    verdict = Verdict("denied", "max_steps", why="2 steps; at most 1")
    denied = replace(
        tool(2), outcome=Raised(DENIED, "max_steps: 2 steps; at most 1"), duration=0.0, verdicts=(verdict,)
    )
    assert render_session(session(denied)).splitlines()[-3:] == [
        "#2    execute_tool lookup_order                 not made",
        "      policy     denied: max_steps: 2 steps; at most 1",
        '      asks       {"order": 17}',
    ]


@pytest.mark.parametrize("kind", [DENIED, REFUSED])
def test_a_call_that_was_not_made_is_shown_and_not_counted(kind):
    unmade = replace(tool(2), outcome=Raised(kind, "no"), duration=0.0)
    text = render_session(session(chat(1, "Hi"), unmade, replace(unmade, seq=3)))
    assert "  calls      1 call, 2 not made, 1.2 s of waiting\n" in text
    assert "#3    execute_tool lookup_order                 not made\n" in text
    assert "  calls      0 calls, 1 not made\n" in render_session(session(unmade))


def test_who_refused_a_call_is_told():
    refused = replace(tool(1), outcome=Raised(REFUSED, "Alice does not want it."))
    assert render_session(session(refused)).endswith("      came       raised ToolRefused: Alice does not want it.")


def test_what_a_program_was_recorded_at_is_told():
    shown = render_session(Session(Header("x", metadata={"task": {"order": 17}, "agent_version": "2026.11.1"})))
    assert '  task       {"order": 17}\n' in shown
    assert "  agent      version 2026.11.1\n" in shown
    told = {"task": "Open?", "agent_version": "2", "scores": {"match": [1]}}
    shown = render_session(Session(Header("x", metadata=told)), 1)
    assert "  task       Open?\n" in shown
    theirs = Header("x", origin=Origin("imported", "inspect", "a.eval"), metadata=told)
    shown = render_session(Session(theirs), 1)
    assert "  task  " not in shown
    assert "  agent  " not in shown
    assert shown.endswith("  known      task = Open?\n             agent_version = 2\n             scores.match = [1]")


@pytest.mark.parametrize("origin", [Origin(), Origin("imported", "langfuse", "a.json")])
def test_what_a_session_is_chosen_by_is_told_by_the_same_names(origin):
    told = {"tags": ["prod"], "task": "Open?", "agent_version": "2", "scores": {"match": 1}, "output": {"sky": "grey"}}
    record = session(replace(chat(1, "Hi"), started_at=1_763_000_000.0))
    record = replace(record, header=Header("x", origin=origin, metadata=told))
    facts, shown = session_facts(record, Prices.of({})), render_session(record, 1)
    assert [f"{name} = {value}" for name, value in facts.metadata.items() if name != "tags"] == [
        line.removeprefix("  known").strip() for line in shown.splitlines() if " = " in line
    ]
    assert f"  date       {facts.date}\n" in shown
    assert "  tags       prod\n" in shown


def test_which_policy_was_in_force_is_told_where_it_is_known():
    known = Session(Header("x", execution=Execution(policy="0123456789abcdef" * 4)))
    assert "  policy     sha256 0123456789ab\n" in render_session(known)
    judged = session(replace(tool(1), verdicts=(Verdict("allowed"),)))
    assert "  policy     in force, its hash is not known\n" in render_session(judged)
    assert "policy" not in render_session(session(tool(1)))
    assert "  policy     none is known\n" in render_session(session(tool(1)), 1)


def test_nothing_of_a_verdict_is_printed_raw():
    hostile = "\x1b[2J\r\n::error::owned\u202e"
    text = render_session(session(replace(tool(1), verdicts=(Verdict("denied", hostile, hostile, hostile),))))
    assert not set(text) & set("\x1b\r\u202e")
