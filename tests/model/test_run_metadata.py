"""Names of metadata: what records tell of every run, and a team's own beside it."""

import pytest

from pytest_oao.model.run_metadata import tags_of, with_own


@pytest.mark.parametrize("name", ["task", "agent_version", "tags", "input", "output", "seed", "metadata"])
def test_names_of_ours_stand_apart_whether_they_are_taken_or_not(name):
    assert with_own({}, {name: "theirs", "plan": "pro"}) == {"plan": "pro", "metadata": {name: "theirs"}}
    assert with_own({"task": "ours"}, {"task": "ours"}) == {"task": "ours", "metadata": {"task": "ours"}}


def test_other_names_stand_apart_where_they_are_taken_by_another_value():
    known = {"user": "u1", "conversation": "c1"}
    assert with_own(known, {"user": "theirs", "conversation": "c1", "seats": 2}) == {
        **known,
        "seats": 2,
        "metadata": {"user": "theirs"},
    }


@pytest.mark.parametrize(("tags", "expected"), [(["eu", 7], ("eu", "7")), ("eu", ()), (None, ())])
def test_tags_are_a_list(tags, expected):
    assert tags_of({"tags": tags}) == expected
    assert tags_of({}) == ()
