import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.report.printable import one_line, printable

ACTED_ON = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text\n\twith ünïcödé 日本 🎉", "plain text\n\twith ünïcödé 日本 🎉"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("a\rb\x00c\x07d\x7f\x9b2J", r"a\x0db\x00c\x07d\x7f\x9b2J"),
        ("\u202eevil\u2066x\u200b\ufeff", r"\u202eevil\u2066x\u200b\ufeff"),
        ("\u2028\u2029\x85", r"\u2028\u2029\x85"),
        ("\ud800\ue000\U000e0041", r"\ud800\ue000\U000e0041"),
        ("::error::x", r"\x3a:error::x"),
        ("ok\n \t ::set-output name=a::b", "ok\n \t \\x3a:set-output name=a::b"),
        ("\u00a0::add-mask::x", "\u00a0\\x3a:add-mask::x"),
        ("std::vector a::b : :", "std::vector a::b : :"),
        (
            "x ##[group]y ##vso[task.setvariable]z ##teamcity[t]",
            r"x #\x23[group]y #\x23vso[task.setvariable]z #\x23teamcity[t]",
        ),
        ("###[error]", r"##\x23[error]"),
        ("##VSO[a]", r"#\x23VSO[a]"),
        ("## heading [x]", "## heading [x]"),
        ("", ""),
    ],
)
def test_what_is_shown(text, shown):
    assert printable(text) == shown


@given(st.text(st.sampled_from(":#[ \n\tvso\x1b\r\u202e\x85\u2028é\u2066\u00a0") | st.characters(), max_size=40))
def test_nothing_that_acts_is_left(text):
    shown = printable(text)
    assert not ACTED_ON.search(shown)
    assert all(
        char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for char in shown
    )
    assert printable(shown) == shown
    assert shown.count("\n") == text.count("\n")


def test_one_line():
    assert one_line("a\n  b\t c", 20) == "a b c"
    assert one_line("abcdefgh", 8) == "abcdefgh"
    assert one_line("abcdefghi", 8) == "abcdefg…"
    assert one_line("a" * 10_000_000, 3) == "aa…"
    assert one_line("\x1b", 3) == "\\x…"
    assert one_line("abc", 1) == "…"
    assert one_line("abc", 0) == ""
    assert one_line("::error::x", 40) == r"\x3a:error::x"


@given(st.text(max_size=60), st.integers(0, 30))
def test_one_line_is_one_line_and_fits(text, width):
    line = one_line(text, width)
    assert len(line) <= width
    assert "\n" not in line
    assert not ACTED_ON.search(line)
