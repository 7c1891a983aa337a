"""What explaining costs, whatever differs, in calls of functions: the same on every machine."""

import json
import sys
import time

import pytest
from diff_samples import fresh

from pytest_oao.diff.changes import explain
from pytest_oao.diff.effort import Effort
from pytest_oao.diff.equality import equal
from pytest_oao.diff.renaming import Renaming

MOST = 3_500_000
"""Calls of functions, Python's own too; a second is enough for three times as many."""


def said(content, role="tool"):
    return {"model": "m", "messages": [{"role": role, "content": content}]}


def rows(count, width, first=0):
    return [[n + first for n in range(width)] for _ in range(count)]


def parts(first):
    items = [{"type": "text", "text": f"a{n + first}"} for n in range(100)]
    return {"messages": [{"role": "user", "content": list(items)} for _ in range(1_500)]}


def objects(first):
    return json.dumps([{"a": [n + m + first for m in range(50)], "b": str(n)} for n in range(3_000)])


def nest(leaf, depth):
    return [nest(leaf, depth - 1), nest(leaf, depth - 1)] if depth else leaf


CASES = {
    "rows": lambda first: {"a": rows(5_000, 100, first)},
    "many rows": lambda first: {"a": rows(20_000, 100, first)},
    "a table in a tool result": lambda first: said(json.dumps(rows(1_500, 60, first))),
    "objects in a tool result": lambda first: said(objects(first)),
    "parts of messages": parts,
    "values of an object": lambda first: {str(n): n + first for n in range(600_000)},
    "keys of an object": lambda first: {f"{n}" if first else f"k{n}": n for n in range(600_000)},
    "pairs": lambda first: {"a": [[n % 11, n % 7] if first else [n % 7, n % 11] for n in range(20_000)]},
    "lists in lists": lambda first: nest(first, 16),
}


def calls(function, *args):
    """What a function returns, and how many others were called for it."""
    count = 0

    def seen(_frame, event, _arg):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        result = function(*args)
    finally:
        sys.setprofile(before)
    return result, count


@pytest.mark.parametrize("case", CASES)
def test_the_work_of_a_whole_comparison_is_bounded(case):
    one, other = CASES[case](0), CASES[case](1)
    told, count = calls(explain, one, other)
    assert count < MOST
    assert len(told.changes) == 20
    assert told.cut
    assert told.cause


def test_what_is_bounded_takes_no_time():
    one, other = CASES["many rows"](0), CASES["many rows"](1)
    start = time.process_time()
    explain(one, other)
    assert time.process_time() - start < 3


def test_what_costs_too_much_is_told_place_by_place():
    one, other = ([{"id": n, "text": f"{side} {n}"} for n in range(19_000)] for side in "ab")
    told = explain({"a": one}, {"a": other})
    assert [change.path for change in told.changes[:2]] == ["$.a[0].text", "$.a[1].text"]
    assert {change.kind for change in told.changes} == {"changed"}


def test_a_difference_behind_more_new_ids_than_can_be_looked_into_is_told():
    one, other = ([{"of": {"text": fresh(n)}} for n in range(first, first + 9_000)] for first in (0, 9_000))
    one += [{"text": "x"}] * 11_000
    other += [{"text": "x"}] * 10_999 + [{"text": "y"}]
    told = explain({"a": one}, {"a": other})
    assert told.changes[0].path == "$.a[19999].text"
    assert (told.changes[0].expected, told.changes[0].actual) == ("x", "y")
    assert told.cut


@pytest.mark.parametrize("change", [0, 255, 256, 511, 700, 999])
@pytest.mark.parametrize("value", [True, 1.5, None, [1]])
def test_a_run_of_equal_parts_hides_nothing(change, value):
    one = [1] * 1_000
    other = [*one[:change], value, *one[change + 1 :]]
    assert equal({"a": one}, {"a": other}, Renaming()).path == f"$.a[{change}]"
    keys = [f"k{n}" for n in range(1_000)]
    one, other = dict(zip(keys, one, strict=True)), dict(zip(keys, other, strict=True))
    assert equal(one, other, Renaming()).path == f"$.k{change}"
    assert [change.path for change in explain(one, other).changes] == [f"$.k{change}"]


def test_aligning_leaves_enough_to_look_into_what_differs():
    effort = Effort()
    while effort.affords(1_000):
        pass
    assert not effort.stopped
    assert sum(1 for _ in effort.unlike()) >= 20_000
    assert effort.stopped
