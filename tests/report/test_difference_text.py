from report_samples import chat, replies, session, tool

from pytest_oao.ports import Reply, ToolCall
from pytest_oao.report.difference_text import differs, render_difference

HOSTILE = "\x1b[2J\r\n::error::owned\n##[command]\u202e\x07"


def test_equal_sessions_have_no_difference():
    one = session(chat(1, "Where is order 17?"), tool(2))
    other = session(chat(1, "Where is order 17?"), tool(2))
    assert render_difference(one, other) == "oao: 20261121-abc → 20261121-abc\n  calls      2 calls → 2, all the same"
    assert not differs(one, other)
    assert differs(one, session(*other.exchanges, ending=None))
    assert differs(one, session(other.exchanges[0]))


DIFFERENCE = """\
oao: 20261121-abc → 20261121-abc
  calls      3 calls → 3, 3 of them differ
  tokens     2,406 in, 174 out → 2,406 in, 170 out

- #2 execute_tool lookup_order({"order": 17})
      → {"status": "shipped"}

~ #3 → #2 chat gpt-5-mini: messages[0] (user message) changed; temperature was added
  ~ $.messages[0].content
      - What now?
      + And now?
  + $.temperature: 1
  what came back differs
  ~ $.text
      - Hello.
      + Good bye.

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


def test_ids_of_tool_calls_are_no_difference_however_they_look():
    def run(name, told="shipped"):
        result = {"role": "tool", "tool_call_id": name, "content": told}
        return session(chat(1, "Hi", f"Let me ask {name}"), chat(2, "Hi", tools=[], messages=[result]))

    def said(exchange):
        text = exchange.outcome.body.json()["text"]
        name = text.rpartition(" ")[2]
        return Reply("asked", "", (ToolCall(name, "lookup_order", "{}"),)) if "ask" in text else Reply(text)

    assert not differs(run("call_23_0"), run("call_31_0"), replies=said)
    assert not differs(run("call_23_0"), run("call_23_0"), replies=said)
    text = render_difference(run("call_23_0"), run("call_31_0", "lost"), replies=said, verbosity=2)
    assert "call_31_0" not in text
    assert '"shipped" → "lost"' in text


def test_more_differing_calls_than_are_shown_are_counted():
    one = session(*(chat(n, f"question {n}") for n in range(1, 11)))
    other = session(*(chat(n, f"Question {n}") for n in range(1, 11)))
    assert "… 7 more differing calls (-v shows more)" in render_difference(one, other)


def test_nothing_of_a_record_is_printed_raw():
    one, other = session(chat(1, HOSTILE, HOSTILE), tool(2, HOSTILE)), session(chat(1, "x" + HOSTILE, "y" + HOSTILE))
    for verbosity in range(3):
        text = render_difference(one, other, verbosity=verbosity, replies=replies)
        assert not set(text) & set("\x1b\r\u202e\x07")
        assert not any(line.strip().startswith("::") or "##[" in line for line in text.splitlines())
