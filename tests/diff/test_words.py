import time

from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.diff.windows import changed_spans, windowed
from pytest_oao.diff.words import TextBudget, first_line, word_diff

TEXTS = st.text("ab \n\té", max_size=40)


@given(TEXTS, TEXTS)
def test_a_diff_is_empty_for_equal_texts_only(one, other):
    lines = word_diff(one, other)
    assert bool(lines) == (one != other)
    assert all(line[:2] in ("  ", "- ", "+ ") for line in lines)
    assert not any("\n" in line for line in lines)
    if one != other:
        assert {line[:2] for line in lines} & {"- ", "+ "}


@given(st.text("ab ,", min_size=1, max_size=40), st.text("ab ,", min_size=1, max_size=40))
def test_spans_cover_all_that_differs(one, other):
    if one == other:
        return
    spans = changed_spans(one, other)
    left, right, i, j = [], [], 0, 0
    for a, b, c, d in spans:
        left.append(one[i:a])
        right.append(other[j:c])
        i, j = b, d
    assert [*left, one[i:]] == [*right, other[j:]]


def test_changed_lines_stand_between_lines_of_context():
    one = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine"
    other = one.replace("three", "THREE").replace("eight", "EIGHT")
    assert word_diff(one, other) == (
        "  (line 3)",
        "  two",
        "- three",
        "+ THREE",
        "  four",
        "  … (2 lines that did not change)",
        "  seven",
        "- eight",
        "+ EIGHT",
        "  nine",
    )
    assert first_line(one, other) == 3


def test_added_and_removed_lines():
    assert word_diff("a\nb\nc", "a\nb\nnew\nc") == ("  (line 3)", "  b", "+ new", "  c")
    assert word_diff("a\nb\nc", "a\nc") == ("  (line 2)", "  a", "- b", "  c")
    assert word_diff("a\nb", "a\nb\nc") == ("  (line 2)", "  a", "  b", "+ c")


def test_a_long_line_is_shown_around_its_changes():
    one = "word " * 50 + "thirty days" + " word" * 50 + " for cash only" + " more" * 50
    other = one.replace("thirty", "fourteen").replace("cash", "credit")
    left, right = windowed(one, other, 84)
    assert "thirty days" in left
    assert "cash only" in left
    assert "fourteen days" in right
    assert "credit only" in right
    assert max(len(left), len(right)) <= 100
    assert left.count("…") == right.count("…") == 3


def test_white_space_is_made_visible_where_nothing_else_differs():
    assert windowed("a b", "a  b\t", 84) == ("a·b", "a··b→")
    assert windowed("a b", "a\u00a0b", 84) == ("a·b", "a<U+00A0>b")


def test_many_changes_are_bounded():
    one = "\n".join(f"line {n} is here" for n in range(500))
    other = "\n".join(f"row {n} is there" for n in range(500))
    lines = word_diff(one, other, TextBudget(lines=10))
    assert len(lines) <= 14
    assert lines[-1] == "  … and more lines changed"


def test_huge_texts_that_have_nothing_in_common_take_no_time():
    one, other = "abc def\n" * 1_250_000, "xyz uvw ghi\n" * 800_000
    start = time.process_time()
    lines = word_diff(one, other)
    assert time.process_time() - start < 1
    assert lines == (
        "  (first change only, in line 1: 10,000,000 characters became 9,600,000)",
        "- abc def",
        "+ xyz uvw ghi",
    )


def test_one_word_in_ten_megabytes():
    one = "some words that stay the same\n" * 330_000
    other = one[:5_000_000] + "CHANGED " + one[5_000_000:]
    start = time.process_time()
    lines = word_diff(one, other)
    assert time.process_time() - start < 1
    assert lines[0] == "  (line 166,667)"
    assert len(lines) <= 5
