import json

from pytest_oao.diff.bodies import explain_bodies
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call, Site
from pytest_oao.model.divergences import Change, Divergence, Explanation
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned
from pytest_oao.ports import Reply, ToolCall
from pytest_oao.report.divergence_text import render

PROMPT = """You are the support agent of a shop.
Be brief and kind.
Refunds are allowed within 30 days of purchase, for unused goods, and never for food.
Ask for the order number before anything else."""
MODEL = "gpt-5-mini"
SITE = Site("shop/agent.py:41 in answer", "tests/test_refund.py:12 in test_refund")
CASSETTE = "tests/cassettes/test_refund.yaml"
REMEDIES = (
    "pytest tests/test_refund.py::test_refund --oao-accept   # takes the new request, keeps the recorded answer",
    "pytest tests/test_refund.py::test_refund --oao-record   # record it anew",
)


def chat(messages, site=SITE, lane="0", **more):
    body = {"model": MODEL, "messages": messages, "temperature": 0, **more}
    attributes = {"gen_ai.request.model": body["model"]}
    data = Body(json.dumps(body).encode(), "application/json")
    return Call("chat", "POST /chat/completions", data, lane, attributes=attributes, site=site)


def search(seq, **arguments):
    attributes = {"gen_ai.tool.name": "lookup_order", "gen_ai.tool.call.id": "call_Ab12Cd34Ef56"}
    call = Call("execute_tool", "lookup_order", Body(json.dumps(arguments).encode()), attributes=attributes)
    return Exchange(seq, call, Returned(Body(b'{"status": "shipped", "carrier": "DHL"}')), duration=0.012)


def replies(exchange):
    if exchange.call.kind != "chat":
        return Reply()
    call = ToolCall("call_Ab12Cd34Ef56", "lookup_order", '{"order": 17}')
    return Reply("Let me look up order 17 first.", "The user wants a refund; I need the order.", (call,))


def conversation(prompt=PROMPT, result='{"status": "shipped"}'):
    return [
        {"role": "system", "content": prompt},
        {"role": "user", "content": "I want my money back for order 17."},
        {
            "role": "assistant",
            "content": "Let me look up order 17 first.",
            "tool_calls": [
                {
                    "id": "call_Ab12Cd34Ef56",
                    "type": "function",
                    "function": {"name": "lookup_order", "arguments": '{"order": 17}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_Ab12Cd34Ef56", "content": result},
    ]


BEFORE = (
    Exchange(1, chat(conversation()[:2]), Returned(Body(b"{}"))),
    search(2, order=17),
)


def changed(messages, **more):
    expected = Exchange(3, chat(conversation()), Returned())
    actual = chat(messages, Site("shop/agent.py:44 in answer", SITE.test), **more)
    explanation = explain_bodies(expected.call.body, actual.body, before=BEFORE)
    return Divergence("request changed", 3, 7, "0", expected, actual, explanation, BEFORE, (), CASSETTE, REMEDIES)


def prompt_changed():
    return changed(conversation(PROMPT.replace("30 days", "14 days").replace("brief and ", "")), temperature=0.7)


def call_missing():
    expected = Exchange(4, chat(conversation(), lane="0.1"), Returned())
    notes = ("the agent's code changed since the recording: shop/agent.py",)
    return Divergence("call missing", 4, 7, "0.1", expected, None, Explanation(), BEFORE, notes, CASSETTE, REMEDIES)


def extra_call():
    actual = chat([*conversation(), {"role": "user", "content": "Are you sure?"}])
    return Divergence("extra call", 4, 3, "0", None, actual, Explanation(), BEFORE, (), CASSETTE, REMEDIES)


PROMPT_CHANGED = """\
oao: request changed — call 3 of 7, lane 0
  because    system prompt changed at line 2; temperature changed from 0 to 0.7

  expected   chat gpt-5-mini (POST /chat/completions)
             shop/agent.py:41 in answer, from tests/test_refund.py:12 in test_refund
  came       chat gpt-5-mini (POST /chat/completions)
             shop/agent.py:44 in answer, from tests/test_refund.py:12 in test_refund

  ~ $.messages[0].content
        (line 2)
        You are the support agent of a shop.
      - Be brief and kind.
      + Be kind.
      - Refunds are allowed within 30 days of purchase, for unused goods, and never for …
      + Refunds are allowed within 14 days of purchase, for unused goods, and never for …
        Ask for the order number before anything else.
  ~ $.temperature: 0 → 0.7

  before     #1 chat gpt-5-mini
                “The user wants a refund; I need the order.”
                “Let me look up order 17 first.”
                → lookup_order({"order": 17})
             #2 execute_tool lookup_order({"order": 17})
                → {"status": "shipped", "carrier": "DHL"}

  then       # takes the new request, keeps the recorded answer
             pytest tests/test_refund.py::test_refund --oao-accept
             pytest tests/test_refund.py::test_refund --oao-record   # record it anew
  cassette   tests/cassettes/test_refund.yaml
  more       oao explain request changed"""

CALL_MISSING = """\
oao: call missing — call 4 of 7, lane 0.1
  expected   chat gpt-5-mini (POST /chat/completions)
             shop/agent.py:41 in answer, from tests/test_refund.py:12 in test_refund
             lookup_order → {"status": "shipped"}
  came       no call: the run ended before it was made

  before     #1 chat gpt-5-mini
                “The user wants a refund; I need the order.”
                “Let me look up order 17 first.”
                → lookup_order({"order": 17})
             #2 execute_tool lookup_order({"order": 17})
                → {"status": "shipped", "carrier": "DHL"}

  note       the agent's code changed since the recording: shop/agent.py

  then       # takes the new request, keeps the recorded answer
             pytest tests/test_refund.py::test_refund --oao-accept
             pytest tests/test_refund.py::test_refund --oao-record   # record it anew
  cassette   tests/cassettes/test_refund.yaml
  more       oao explain call missing"""

EXTRA_CALL = """\
oao: extra call — call 4 of 3, lane 0
  expected   no further call in this lane
  came       chat gpt-5-mini (POST /chat/completions)
             shop/agent.py:41 in answer, from tests/test_refund.py:12 in test_refund
             lookup_order → {"status": "shipped"} · “Are you sure?”

  before     #1 chat gpt-5-mini
                “The user wants a refund; I need the order.”
                “Let me look up order 17 first.”
                → lookup_order({"order": 17})
             #2 execute_tool lookup_order({"order": 17})
                → {"status": "shipped", "carrier": "DHL"}

  then       # takes the new request, keeps the recorded answer
             pytest tests/test_refund.py::test_refund --oao-accept
             pytest tests/test_refund.py::test_refund --oao-record   # record it anew
  cassette   tests/cassettes/test_refund.yaml
  more       oao explain extra call"""


def test_a_changed_prompt():
    assert render(prompt_changed(), replies=replies) == PROMPT_CHANGED


def test_a_missing_call():
    assert render(call_missing(), replies=replies) == CALL_MISSING


def test_an_extra_call():
    assert render(extra_call(), replies=replies) == EXTRA_CALL


def test_the_tool_whose_answer_changed_is_named():
    text = render(changed(conversation(result='{"status": "lost"}')), replies=replies)
    cause = "messages[3] (tool result) differs: call #2 `lookup_order` was answered as recorded, the agent sends something else"
    assert cause in " ".join(text.split())
    assert '~ $.messages[3].content.status: "shipped" → "lost"' in text


def test_more_verbosity_shows_more():
    prompt = "\n".join(f"Rule {number}: be kind." for number in range(40))
    other = prompt.replace("kind", "brief")
    messages = [{"role": "system", "content": other}, *conversation()[1:]]
    expected = Exchange(3, chat([{"role": "system", "content": prompt}, *conversation()[1:]]), Returned())
    actual = chat(messages)
    explanation = explain_bodies(expected.call.body, actual.body)
    divergence = Divergence("request changed", 3, 7, "0", expected, actual, explanation, BEFORE * 4)
    lengths = [len(render(divergence, verbosity=v, replies=replies).splitlines()) for v in range(3)]
    assert lengths == sorted(set(lengths))
    assert lengths[2] < 120


def test_what_was_removed_is_shown_whole_with_v():
    divergence = changed([*conversation()[:2], conversation()[3]])
    assert "- $.messages[2]: assistant: Let me look up order 17 first." in render(divergence)
    assert '"tool_calls": [' in render(divergence, verbosity=1)


def test_changes_beyond_what_is_shown_are_counted():
    changes = tuple(Change(f"$.a{n}", "changed", n, n + 1) for n in range(20))
    divergence = Divergence("request changed", 1, 1, "0", explanation=Explanation(changes, 30))
    assert "… 44 more changes (-v shows more)" in render(divergence)
    assert "… 30 more changes\n" in render(divergence, verbosity=1) + "\n"


def test_what_was_not_looked_into_is_told():
    one = Change("$.a", "changed", 1, 2)
    cut = Divergence("request changed", 1, 1, "0", explanation=Explanation((one,), 30, cut=True))
    assert "… 30 more changes, and more that was not looked into\n" in render(cut) + "\n"
    only = Divergence("request changed", 1, 1, "0", explanation=Explanation((one,), cut=True))
    assert "… more that was not looked into\n" in render(only) + "\n"


def test_lines_fit_the_width():
    for width in (80, 100):
        text = render(changed(conversation("Be kind. " * 400), temperature=1), replies=replies, width=width)
        assert max(map(len, text.splitlines())) <= 100


CAUSE = (
    "system prompt changed at line 2; messages[3] (tool result) differs: call #2 `look-up-the-order` returned something "
    "else; temperature changed from 0 to 0.7"
)
WRAPPED = """\
oao: request changed — call 1 of 1, lane 0
  because    system prompt changed at line 2; messages[3] (tool result) differs:
               call #2 `look-up-the-order` returned something else; temperature
               changed from 0 to 0.7

  expected   chat gpt-5-mini (POST /chat/completions)
             deliberately/long/folders/of/a/shop/agent.py:41 in answer, from
               tests/of/all/that/it/does/test_refund.py:12 in test_refund
             “Where is order 17?”"""


def test_reasons_and_places_are_wrapped_at_words():
    site = Site(
        "deliberately/long/folders/of/a/shop/agent.py:41 in answer",
        "tests/of/all/that/it/does/test_refund.py:12 in test_refund",
    )
    expected = Exchange(1, chat([{"role": "user", "content": "Where is order 17?"}], site), Returned())
    divergence = Divergence("request changed", 1, 1, "0", expected, None, Explanation((), 0, CAUSE))
    text = render(divergence, width=80)
    assert text.startswith(WRAPPED + "\n")
    assert max(map(len, text.splitlines())) <= 80
    assert f"  because    {CAUSE}\n" in render(divergence, width=200)


HOSTILE = "\x1b[2J\r\n::error::owned\n##[command]x\u202e\x07\u2028::stop-commands::\x00"


def test_nothing_of_a_record_is_printed_raw():
    site = Site(HOSTILE, HOSTILE)
    call = Call(HOSTILE, HOSTILE, Body(HOSTILE.encode()), HOSTILE, attributes={"gen_ai.tool.name": HOSTILE}, site=site)
    change = Change(HOSTILE, "changed", HOSTILE, HOSTILE * 2, (f"- {HOSTILE}", HOSTILE))
    others = (Change(HOSTILE, "added", None, {HOSTILE: HOSTILE}), Change("$", "moved", text=(HOSTILE,)))
    explanation = Explanation((change, *others, Change("$", "changed", HOSTILE, 1)), 0, HOSTILE)
    exchange = Exchange(1, call, Returned(Body(HOSTILE.encode())))
    reply = Reply(HOSTILE, HOSTILE, (ToolCall(HOSTILE, HOSTILE, HOSTILE),))
    divergence = Divergence(
        "request changed", 1, 1, HOSTILE, exchange, call, explanation, (exchange,) * 3, (HOSTILE,), HOSTILE, (HOSTILE,)
    )
    for verbosity in range(3):
        for answer in (reply, Reply()):
            text = render(divergence, verbosity=verbosity, replies=lambda _, answer=answer: answer)
            assert not set(text) & set("\x1b\r\x07\u202e\u2028\x00")
            assert not any(line.strip().startswith("::") or "##[" in line for line in text.splitlines())
