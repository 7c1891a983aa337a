import json
import time
from itertools import pairwise

from diff_samples import VALUES, conversation, fresh
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.diff.alignment import Aligner
from pytest_oao.diff.fingerprints import Fingerprints
from pytest_oao.diff.likeness import most_alike
from pytest_oao.diff.naming import paired_by_name, reordered
from pytest_oao.diff.patience import anchors


def counted(function, seen, kind):
    """The function, which leaves its arguments of a kind behind in `seen`."""

    def wrapper(*args):
        seen.extend(arg for arg in args if isinstance(arg, kind))
        return function(*args)

    return wrapper


def align(one, other):
    return Aligner().align(one, other)


def message(text, role="user"):
    return {"role": role, "content": text}


@given(st.lists(VALUES, max_size=8), st.lists(VALUES, max_size=8))
def test_every_item_stands_once_and_in_order(one, other):
    matches = align(one, other)
    assert [e for e, _ in matches if e is not None] == list(range(len(one)))
    assert [a for _, a in matches if a is not None] == list(range(len(other)))
    assert (None, None) not in matches


@given(st.lists(VALUES, max_size=8))
def test_a_list_is_aligned_with_itself_item_by_item(items):
    assert align(items, list(items)) == [(n, n) for n in range(len(items))]


@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_anchors_are_equal_items_in_ascending_order(one, other):
    found = anchors(one, other)
    assert all(one[a] == other[b] for a, b in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


def test_an_inserted_and_a_removed_message_shift_nothing():
    one = [message(f"text number {n}") for n in range(6)]
    assert align(one, [*one[:2], message("new"), *one[2:]])[2:4] == [(None, 2), (2, 3)]
    assert align(one, one[2:]) == [(0, None), (1, None), *((n, n - 2) for n in range(2, 6))]


def test_similar_items_are_paired_between_equal_ones():
    one = [message("a"), message("where is my order seventeen please"), message("z")]
    other = [message("a"), message("hello"), message("where is my order eighteen please"), message("z")]
    assert align(one, other) == [(0, 0), (None, 1), (1, 2), (2, 3)]


def test_a_message_of_another_role_is_another_message():
    assert align([message("one thing")], [message("quite another", "assistant")]) == [(0, None), (None, 0)]
    assert align([message("be kind and brief", "system")], [message("be kind and brief", "developer")]) == [(0, 0)]


def test_tool_results_are_paired_by_the_call_they_answer():
    one = [{"role": "tool", "tool_call_id": f"call_{n}", "content": f"x{n}"} for n in range(30)]
    other = [{**item, "content": "y"} for item in one[5:]]
    assert align(one, other)[5] == (5, 0)


def test_messages_that_all_begin_with_another_time_are_paired():
    one = [
        message(f"text number {n} " + "with many words that stay as they are in both " * 2 + str(n)) for n in range(40)
    ]
    other = [message(f"at 10:{n}: {item['content']}") for n, item in enumerate(one)][7:]
    assert align(one, other)[7:] == [(n, n - 7) for n in range(7, 40)]


def conversations(kept):
    """Two conversations of 200 messages that share one message in `kept`."""
    one, other = (conversation(200, 100_000, seed)["messages"] for seed in (0, 1))
    other[::kept] = one[::kept]
    return one, other


def test_items_of_which_there_is_one_of_each_sort_are_paired_without_a_look_at_their_words(monkeypatch):
    monkeypatch.delattr("pytest_oao.diff.alignment.most_alike")
    text, call = {"type": "text", "text": "one thing"}, {"type": "tool_use", "name": "search", "input": {"q": 1}}
    assert align([text], [{**text, "text": "quite another"}]) == [(0, 0)]
    assert align([text, call], [{**call, "input": {"q": 2}}]) == [(0, None), (1, 0)]
    assert align([call, text], [text, call]) in ([(None, 0), (0, 1), (1, None)], [(0, None), (1, 0), (None, 1)])
    one, other = conversations(2)
    assert align(one, other) == [(n, n) for n in range(200)]


def test_fingerprints_are_made_only_of_items_that_may_be_equal(monkeypatch):
    made = []
    monkeypatch.setattr(Fingerprints, "of", counted(Fingerprints.of, made, dict))
    one, other = conversations(200)
    align(one[1:], other[1:])
    assert made == []
    align(one, one[3:])
    assert len(made) <= 2 * len(one)


def test_what_nests_is_looked_at_once(monkeypatch):
    call = {"id": fresh(1), "function": {"name": "search", "arguments": json.dumps({"for": fresh(2)})}}
    one, other = ([{**message(n), "tool_calls": [{**call, "id": fresh(n + seed)}] * 2}] for n, seed in ((3, 0), (3, 9)))
    aligner = Aligner()
    assert aligner.align([*one, *one], [*other, *other]) == [(0, 0), (1, 1)]
    monkeypatch.delattr("pytest_oao.diff.fingerprints.blanked")
    monkeypatch.delattr("pytest_oao.diff.alignment.refined")
    assert aligner.align(one[0]["tool_calls"], other[0]["tool_calls"]) == [(0, 0), (1, 1)]


def test_equal_ends_need_no_keys(monkeypatch):
    monkeypatch.delattr("pytest_oao.diff.alignment.refined")
    one = conversation(20, 2_000)["messages"]
    other = [*one[:7], message("new"), *one[7:]]
    assert align(one, other) == [*((n, n) for n in range(7)), (None, 7), *((n, n + 1) for n in range(7, 20))]


def test_all_tables_together_are_bounded_and_the_first_ones_are_made(monkeypatch):
    looked_at = []
    monkeypatch.setattr("pytest_oao.diff.alignment.most_alike", counted(most_alike, looked_at, list))
    one, other = [], []
    for block in range(0, 192, 12):
        same = [message(f"the same {block}")]
        one += same + [message(f"a{n} b{n} c{n}") for n in range(11)]
        other += same + [message("new")] + [message(f"c{n} b{n} a{n}") for n in range(11)]
    matches = align(one, other)
    assert matches[:14] == [(0, 0), (None, 1), *((n, n + 1) for n in range(1, 12)), (12, 13)]
    assert (191, 207) not in matches
    assert (191, 206) in matches
    assert len(looked_at) == 2 * (500 // (11 * 12))


def test_an_item_that_moved_far_is_not_paired_with_whatever_stands_at_its_old_place():
    one, other = ([message(f"this is what {side} has to say at {n}") for n in range(100)] for side in "ab")
    other[75], other[15] = one[5], one[80]
    matches = align(one, other)
    assert matches[5:7] == [(5, None), (6, 5)]
    assert (80, 15) in matches
    assert (None, 75) in matches
    assert Aligner().moves(one, other, matches) == {5: 75}


def test_what_says_little_is_no_item_that_moved():
    stay = [message(f"this is what both say at {n}") for n in range(3)]
    short, long = message("yes"), message("yes, that is the order which I meant")
    assert align([short, *stay], [message("no"), *stay, short])[0] == (0, 0)
    assert align([long, *stay], [message("no"), *stay, long])[:2] == [(0, None), (None, 0)]


def test_thousands_of_items_take_no_quadratic_time():
    one = conversation(4_000, 400_000)["messages"]
    other = conversation(4_000, 400_000, seed=1)["messages"]
    start = time.process_time()
    align(one, other)
    align(["x"] * 5_000, ["x", "y"] * 2_500)
    assert time.process_time() - start < 3


def test_named_items_are_paired_whatever_their_order():
    one = [{"name": "a"}, {"function": {"name": "b"}}, {"type": "web_search"}]
    matches = paired_by_name(one, [one[2], {"name": "c"}, one[0]])
    assert matches == [(0, 2), (1, None), (2, 0), (None, 1)]
    assert reordered(matches)
    assert not reordered([(0, 0), (1, None), (None, 1)])
    assert paired_by_name(one, [{"name": "a"}, {"name": "a"}]) is None
    assert paired_by_name(one, [{"other": 1}]) is None
