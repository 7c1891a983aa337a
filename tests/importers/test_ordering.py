"""The order of calls, against a sort that looks at all causes of all calls again and again."""

from hypothesis import example, given
from hypothesis import strategies as st

from pytest_oao.importers.observations import ObservedCall, ToolUse, Value
from pytest_oao.importers.ordering import ordered
from pytest_oao.importers.tool_mentions import ToolMentions
from pytest_oao.model.conversations import Message, ModelRequest, ModelResponse

IDS = ("a", "b", "c")
POOL = [Message("user", ({"type": "text", "content": "go"},))]
POOL += [Message("tool", ({"type": "tool_call_response", "id": name, "response": 1},)) for name in IDS]


def model(asks, quotes, since, after):
    parts = tuple({"type": "tool_call", "id": name, "name": "f"} for name in asks)
    asked = ModelRequest("m", messages=tuple(quotes))
    came = ModelResponse("", "m", (Message("assistant", parts),))
    return {"asked": asked, "came": came, "started_at": float(since), "after": after}


def tool(name, since, after):
    return {"asked": ToolUse("f", None, name), "came": Value(1), "started_at": float(since), "after": after}


AFTER = st.frozensets(st.sampled_from("0123"), max_size=1)
SINCE = st.integers(0, 3)
QUOTES = st.lists(st.sampled_from(POOL), max_size=4)
MODELS = st.builds(model, st.lists(st.sampled_from(IDS), max_size=2), QUOTES, SINCE, AFTER)
CALLS = st.lists(MODELS | st.builds(tool, st.sampled_from(["", *IDS]), SINCE, AFTER), max_size=6)


def causes(calls, mentions):
    """Return the places of what must come before each call."""
    asked = {
        name: [at for at, one in enumerate(calls) for part in mentions.asked_tools(one) if part["id"] == name]
        for name in IDS
    }
    alone = {name: places[0] for name, places in asked.items() if len(places) == 1}
    ran = {name: [at for at, one in enumerate(calls) if one.asked == ToolUse("f", None, name)] for name in IDS}
    for at, one in enumerate(calls):
        found = {place for place, other in enumerate(calls) if other.id in one.after}
        if isinstance(one.asked, ToolUse):
            found |= {alone[one.asked.call_id]} if one.asked.call_id in alone else set()
        else:
            names = [part.get("id") for message in one.asked.messages for part in message.parts]
            found |= {place for name in names if name in alone for place in (alone[name], *ran[name])}
        yield found - {at}


def slowly(calls, mentions):
    before = list(causes(calls, mentions))
    waiting, placed = sorted(range(len(calls)), key=lambda at: (times(calls)[at], at)), []
    while waiting:
        at = next((at for at in waiting if before[at] <= set(placed)), None)
        placed += waiting if at is None else [at]
        waiting = [] if at is None else [other for other in waiting if other != at]
    return [calls[at] for at in placed]


def times(calls):
    found, last = [], 0.0
    for one in calls:
        last = one.started_at or last
        found.append(last)
    return found


@example([model("", POOL[:2], 1, frozenset()), model("", (), 1, frozenset())])
@example([model("", POOL[:2], 1, frozenset()), tool("a", 2, frozenset()), model("a", (), 3, frozenset())])
@example([model("a", POOL[:2], 1, frozenset()), model("", POOL[:2], 0, frozenset())])
@given(CALLS)
def test_calls_come_after_all_that_they_follow_from(told):
    calls = [ObservedCall(id=str(at), where="", **one) for at, one in enumerate(told)]
    assert [one.id for one in ordered(calls, ToolMentions())] == [one.id for one in slowly(calls, ToolMentions())]
