import pytest
from diff_samples import VALUES
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.diff.ignore import NOTHING, parse_ignore
from pytest_oao.errors import BadOption


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("$.metadata.request_id", ("metadata", "request_id"), True),
        ("$.metadata.request_id", ("metadata", "request_id", "deep", 1), True),
        ("$.metadata.request_id", ("metadata",), False),
        ("$.metadata.request_id", ("metadata", "other"), False),
        ("$.messages[*].content[0].cache_control", ("messages", 7, "content", 0, "cache_control"), True),
        ("$.messages[*].content[0].cache_control", ("messages", 7, "content", 1, "cache_control"), False),
        ("$..timestamp", ("timestamp",), True),
        ("$..timestamp", ("a", 3, "b", "timestamp"), True),
        ("$..timestamp", ("a", 3, "timestamps"), False),
        ("$..a.b", ("a", "a", "b"), True),
        ("$..[0]", ("a", 0), True),
        ("$.a.*", ("a", "x"), True),
        ("$.a.*", ("a",), False),
        ("$['a.b']['it''s']", None, None),
        ("$['a.b'][\"c d\"]", ("a.b", "c d"), True),
        (r"$['it\'s']", ("it's",), True),
        ("$.list[3]", ("list", 3), True),
        ("$.list[3]", ("list", "3"), False),
        ("$.x-request-id", ("x-request-id",), True),
        ("$.gen_ai", ("gen_ai",), True),
    ],
)
def test_a_pattern_covers_what_it_names_and_all_below(pattern, path, covered):
    if path is None:
        with pytest.raises(BadOption):
            parse_ignore([pattern])
    else:
        assert parse_ignore([pattern]).covers(path) is covered


@pytest.mark.parametrize(
    "pattern", ["", "metadata", "$", "$.", "$..", "$.a[", "$.a[-1]", "$.a[1:2]", "$.a[?(@.b)]", "$.a b", "$$", "$.a[x]"]
)
def test_what_is_not_understood_is_refused_with_a_way_out(pattern):
    with pytest.raises(BadOption) as caught:
        parse_ignore(["$.fine", pattern], "test_agent.py::test_x")
    assert caught.value.where == "test_agent.py::test_x"
    assert f"`{pattern}`" in caught.value.what
    assert "$.metadata.request_id" in caught.value.remedy


@given(st.text("$.[]*'\"ab01\\ ", max_size=12))
def test_a_pattern_is_read_or_refused(text):
    try:
        parse_ignore([text])
    except BadOption as error:
        assert text in error.what  # noqa: PT017 - either outcome is fine


def test_pruning_takes_out_what_is_covered():
    ignore = parse_ignore(["$.a", "$.b[*].t", "$.c[1]", "$.d[0]"])
    value = {"a": 1, "b": [{"t": 1, "u": 2}], "c": [1, 2], "d": [1, 2], "e": 5}
    assert ignore.pruned(value) == {"b": [{"u": 2}], "c": [1], "d": [None, 2], "e": 5}
    assert ignore.pruned(value["b"], ("b",)) == [{"u": 2}]


@given(VALUES)
def test_nothing_is_pruned_when_nothing_is_ignored(value):
    assert NOTHING.pruned(value) is value
    assert not NOTHING.covers(("a",))
