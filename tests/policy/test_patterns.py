import posixpath
import re
import time
from fnmatch import fnmatchcase
from functools import cache
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_oao.errors import BadPolicy
from pytest_oao.policy.globs import folder_regex_of, name_tokens, path_tokens, regex_of
from pytest_oao.policy.inclusion import covers, meet
from pytest_oao.policy.path_forms import folded, forms, strict_forms
from pytest_oao.policy.patterns import NamePattern, ToolPattern

GLOBS = st.text("ab/*?", max_size=8)
VALUES = st.text("ab/", max_size=8)


@cache
def slow_path(glob, text, at_folder=True):
    """What a glob of paths means, said as shortly as possible, and slowly."""
    if not glob:
        return not text
    if at_folder and re.match(r"\*\*+/", glob):
        rest = glob[glob.index("/") + 1 :]
        return any(slow_path(rest, text[at:]) for at in range(len(text) + 1) if at == 0 or text[at - 1] == "/")
    stars = re.match(r"\*+", glob)
    if stars:
        across = len(stars[0]) > 1
        rest = glob[stars.end() :]
        most = len(text) if across or "/" not in text else text.index("/")
        return any(slow_path(rest, text[at:], at_folder=False) for at in range(most + 1))
    if glob[0] == "?":
        return bool(text) and text[0] != "/" and slow_path(glob[1:], text[1:], at_folder=False)
    return text[:1] == glob[0] and slow_path(glob[1:], text[1:], glob[0] == "/")


@given(GLOBS, VALUES)
@example("a*/b*c", "a/b/bc")
@example("**a*b**", "aa/ab")
@example("**/a*/**b", "a/a/bb")
def test_a_glob_of_paths_means_what_it_says(glob, text):
    assert bool(regex_of(path_tokens(glob)).fullmatch(text)) == slow_path(glob, text)


@given(st.text("ab[]!-*?/", max_size=7), st.text("ab-]!/", max_size=6))
def test_a_glob_of_names_means_what_fnmatch_says(glob, text):
    try:
        tokens = name_tokens(glob)
    except BadPolicy:
        return  # an unbalanced [, which fnmatch takes for itself, and a range that is none
    assert bool(regex_of(tokens).fullmatch(text)) == fnmatchcase(text, glob)


@given(GLOBS, GLOBS, VALUES)
def test_what_covers_has_all_texts_of_the_other(wide, narrow, text):
    if covers(path_tokens(wide), path_tokens(narrow)) and slow_path(narrow, text):
        assert slow_path(wide, text)


ALL = ["".join(text) for n in range(5) for text in product("ab/", repeat=n)]


@given(st.text("ab*?/", max_size=3), st.text("ab*?/", max_size=3))
def test_what_does_not_cover_lacks_a_text_of_the_other(wide, narrow):
    a, b = path_tokens(wide), path_tokens(narrow)
    texts = ALL if set(wide + narrow) & set("ab/") else [*ALL, "c", "cc", "ccc", "cccc"]
    texts = [*texts, *(text.replace("a", "c") for text in texts), *(text.replace("b", "c") for text in texts)]
    within = all(regex_of(a).fullmatch(text) for text in texts if regex_of(b).fullmatch(text))
    assert covers(a, b) == within
    assert meet(a, b) == any(regex_of(a).fullmatch(text) and regex_of(b).fullmatch(text) for text in texts)


@pytest.mark.parametrize(
    "glob", ["**a*b", "**a*b**c*d**e", "*a*a*a*a*a*b", "**/a*/**/b*/**/c", "**a**a**a**a**b", "[!b]*a?**a?*a**b*/**c"]
)
@pytest.mark.parametrize("text", ["a", "ab", "a/", "aab/", "/"])
def test_no_glob_takes_long_on_any_text(glob, text):
    pattern = ToolPattern.of(f'run(text="{glob}")')
    began = time.perf_counter()
    pattern.matches("run", {"text": text * 20_000})
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("glob", "value", "expected"),
    [
        ("prod/*", "prod/x", True),
        ("prod/*", "prod/x/y", False),
        ("prod/**", "prod/x/y", True),
        ("prod/**", "prods/x", False),
        ("prod/**", "prod", True),
        ("**/*.env", ".env", True),
        ("**/*.env", "a/b/c.env", True),
        ("**/secrets/**", "a/secrets", True),
        ("**password**", "the password\nis a/b", True),
        ("data?.csv", "data1.csv", True),
        ("data?.csv", "data/.csv", False),
        ("data[0-3].csv", "data2.csv", True),
        ("data[!0-3].csv", "data2.csv", False),
        ("a[+-9]b", "a/b", False),
        ("[[]x]", "[x]", True),
        ("a.b", "axb", False),
        ("Prod/**", "prod/x", False),
        ("./prod//**", "prod/x", True),
        ("../other/**", "../other/x", True),
        ("", "", True),
        ("https://example.com/**", "https://example.com/a/../b", True),
    ],
)
def test_a_pattern_of_an_argument(glob, value, expected):
    assert ToolPattern.of(f'write(path="{glob}")').matches("write", {"path": value}) is expected


EVASIONS = [
    "prod/x",
    "./prod/x",
    "prod//x",
    "prod/./x",
    "a/../prod/x",
    "prod\\x",
    ".\\prod\\x",
    "a\\..\\prod\\x",
    "a/../prod",
    "prod/",
    "./prod/sub/..",
]


@pytest.mark.parametrize("value", EVASIONS)
def test_a_denial_is_not_evaded_by_how_a_path_is_written(value):
    assert ToolPattern.of('write(path="prod/**")').matches("write", {"path": value})
    schema = {"properties": {"path": {"pattern": "^prod(/|$)"}}, "required": ["path"]}
    assert ToolPattern.of({"tool": "write", "arguments": schema}).matches("write", {"path": value})


@pytest.mark.parametrize(
    "value", ["out/../etc/x", "out\\..\\..\\x", "etc/../out/x", "/out/x", "../out/x", "out", "rm -rf x; /../out/y"]
)
def test_a_permission_is_not_stretched_by_how_a_path_is_written(value):
    assert not ToolPattern.of('write(path="out/**")').admits("write", {"path": value})


@pytest.mark.parametrize("value", ["out/x", "./out/x", "out//sub/./x", "out/sub/"])
def test_a_permission_takes_what_leads_nowhere_else(value):
    assert ToolPattern.of('write(path="out/**")').admits("write", {"path": value})


def test_a_schema_permits_what_all_forms_of_a_path_permit():
    pattern = ToolPattern.of({"tool": "write", "arguments": {"properties": {"path": {"pattern": "^out/"}}}})
    assert pattern.admits("write", {"path": "out/x"})
    assert not pattern.admits("write", {"path": "out/../x"})
    assert not pattern.admits("write", {"path": "out\\..\\x"})


@given(st.text("ab./\\", max_size=10))
def test_a_folded_path_is_what_posixpath_makes_of_it(text):
    path = text.replace("\\", "/")
    leads = posixpath.normpath(path) if path else "."
    assert folded(path) == (leads.replace("//", "/", 1) if leads.startswith("//") else leads)
    assert folded(folded(path)) == folded(path)


@given(st.text("ab./\\:", max_size=10))
def test_a_denial_looks_at_the_text_and_all_that_it_comes_to(text):
    assert {text, folded(text), folded(text.replace("\\", "/"))} == {*forms(text), folded(text)} or forms(text) == (
        text,
    )
    if forms(text) == (text,):
        assert text in {"", folded(text)}


@given(st.text("ab/*", min_size=1, max_size=8), st.text("ab./\\", max_size=10))
def test_what_is_permitted_would_be_denied_by_the_same_pattern(glob, value):
    try:
        pattern = ToolPattern.of(f"write(path={glob})")
    except BadPolicy:
        return
    if pattern.admits("write", {"path": value}):
        assert pattern.matches("write", {"path": value})


def test_a_scheme_and_a_host_are_no_folders():
    assert strict_forms("https://example.com//a/./b") == ("https://example.com/a/b",) * 3
    assert folded("https://example.com/../x") == "https://x"


@pytest.mark.parametrize(
    ("pattern", "arguments", "expected"),
    [
        ("f(n=3)", {"n": 3}, True),
        ("f(n=3)", {"n": "3"}, True),
        ("f(ok=true)", {"ok": True}, True),
        ("f(x=null)", {"x": None}, True),
        ("f(x=null)", {}, False),
        ("f(x=**)", {}, False),
        ("f(x=**)", {"x": ""}, True),
        ('f(x=\'{"a":1,"b":"*"}\')', {"x": {"b": "c", "a": 1}}, True),
        ("f(options.path=prod/**)", {"options": {"path": "./prod/x"}}, True),
        ("f(options.path=prod/**)", {"options": {}}, False),
        ("f(options.path=prod/**)", {"options": "prod/x"}, False),
        ("f(options.path=prod/**)", {"options.path": "prod/x"}, True),
        ("f(files.path=prod/**)", {"files": [{"path": "a"}, {"path": "prod/x"}]}, True),
        ("f(paths=prod/**)", {"paths": ["a", "prod/x"]}, True),
        ("f(paths=prod/**)", {"paths": ["a", ["./prod/x"]]}, True),
        ("f(paths=prod/**)", {"paths": []}, False),
        ("f(a=x, b='y')", {"a": "x", "b": "y"}, True),
        ("f(a=x, b='y')", {"a": "x", "b": "z"}, False),
        ("f(a=x)", {"a": "x", "b": "z"}, True),
    ],
)
def test_which_arguments_a_denial_means(pattern, arguments, expected):
    assert ToolPattern.of(pattern).matches("f", arguments) is expected


@pytest.mark.parametrize(
    ("pattern", "arguments", "expected"),
    [
        ("f(paths=out/**)", {"paths": ["out/a", "out/b"]}, True),
        ("f(paths=out/**)", {"paths": ["out/a", "b"]}, False),
        ("f(paths=out/**)", {"paths": []}, False),
        ("f(files.path=out/**)", {"files": [{"path": "out/x"}, {}]}, False),
        ("f(files.path=out/**)", {"files": []}, False),
        ("f(n=3)", {"n": 3}, True),
        ("f(n=3)", {}, False),
        ("f(options.path=out/**)", {"options.path": "out/x", "options": {"path": "prod/x"}}, False),
    ],
)
def test_which_arguments_a_permission_means(pattern, arguments, expected):
    assert ToolPattern.of(pattern).admits("f", arguments) is expected


def test_a_tool_is_meant_by_its_name():
    assert ToolPattern.of("write_*").matches("write_file", {})
    assert not ToolPattern.of("write_*").matches("Write_file", {})
    assert not ToolPattern.of("write_*(path=*)").admits("read", {"path": "x"})
    assert NamePattern.of("gpt-5*").matches("gpt-5/mini")


def test_a_schema_is_asked_about_all_arguments():
    pattern = ToolPattern.of({"tool": "pay*", "arguments": {"properties": {"amount": {"exclusiveMinimum": 100}}}})
    assert pattern.matches("pay_out", {"amount": 101})
    assert not pattern.matches("pay_out", {"amount": 100})
    assert not pattern.matches("refund", {"amount": 101})


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("search", "search"),
        ("write( path = 'prod/**' ,n=3)", 'write(path="prod/**", n="3")'),
        ("""f(x='"a"')""", """f(x='"a"')"""),
        (
            {"tool": "f", "arguments": {"type": "object", "minProperties": 1}},
            'f(arguments: {"minProperties": 1, "type": "object"})',
        ),
    ],
)
def test_a_pattern_is_shown_as_one_line_that_can_be_read_again(pattern, shown):
    assert ToolPattern.of(pattern).shown == shown
    if isinstance(pattern, str):
        assert ToolPattern.of(shown).shown == shown


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        (" search", "blanks around"),
        ("sear\nch", "cannot be printed"),
        ("x" * 1001, "more than 1000"),
        ("f[", r"a \[ without its \]"),
        ("f[z-a]", "z-a is no range"),
        ("f(path=x", "one parenthesis without the other"),
        ("f path)", "one parenthesis without the other"),
        ("f(path=x)y", "one parenthesis without the other"),
        ("(path=x)", "right before"),
        ("f (path=x)", "right before"),
        ("f()", "cannot be read"),
        ("f(path)", "cannot be read from 'path' on"),
        ("f(path=)", "cannot be read"),
        ("f(path=x,)", "cannot be read"),
        ("f(path=x y=z)", "cannot be read"),
        ("f(path='x)", "cannot be read"),
        ("f(path=[x)", r"a \[ without its \]"),
        ("f(path=a/../b)", "compared without .."),
        ("f(path=a/)", "slash at their end"),
        ("f(path='a\\b')", "backslash"),
        ({"tool": "f"}, "keys tool and arguments"),
        ({"tool": "f", "arguments": {}}, "no JSON Schema of an object"),
        ({"tool": "f", "arguments": {"type": "objct"}}, "no JSON Schema: 'objct'"),
        ({"tool": "f", "arguments": {"properties": {"a": {"pattern": "("}}}}, "no JSON Schema"),
        ({"tool": "f", "arguments": {"patternProperties": {"(": {}}}}, "no JSON Schema"),
        ({"tool": "f", "arguments": {"$ref": "#/$defs/x"}}, "stands for nothing"),
        ({"tool": "f", "arguments": {"$ref": "https://example.com/x"}}, "not within"),
        ({"tool": "f", "arguments": {"$ref": "#"}}, "for ever"),
        ({"tool": "f(a=b)", "arguments": {"type": "object"}}, "is no name"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(pattern, what):
    with pytest.raises(BadPolicy, match=what):
        ToolPattern.of(pattern)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("write_*", "write_file", True),
        ("write_*", "w*", False),
        ("*", "f(path=x)", True),
        ("f(path=x)", "f", False),
        ("f(path=**)", "f(path=x, n=3)", True),
        ("f(path=prod/**)", "f(path=prod/*.yaml)", True),
        ("f(path=prod/*)", "f(path=prod/**)", False),
        ("f(path=prod/**)", "f(file=prod/x)", False),
    ],
)
def test_whether_a_pattern_covers_another(wide, narrow, expected):
    assert ToolPattern.of(wide).covers(ToolPattern.of(narrow)) is expected


def test_a_schema_covers_itself_only():
    one, other = ({"tool": "f", "arguments": {"minProperties": number}} for number in (1, 2))
    assert ToolPattern.of(one).covers(ToolPattern.of(dict(one)))
    assert not ToolPattern.of(one).covers(ToolPattern.of(other))
    assert ToolPattern.of("f").covers(ToolPattern.of(one))


def test_a_folder_is_denied_with_what_is_in_it_and_only_then():
    tokens = path_tokens("a/**")
    assert folder_regex_of(tokens).fullmatch("a")
    assert not regex_of(tokens).fullmatch("a")
    assert not folder_regex_of(path_tokens("/**")).fullmatch("")


def test_a_pattern_is_compiled_once():
    assert ToolPattern.of("f(a=b)") is ToolPattern.of("f(a=b)")
    schema = {"tool": "f", "arguments": {"minProperties": 1}}
    assert ToolPattern.of(schema) is ToolPattern.of(dict(schema))
