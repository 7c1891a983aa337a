import json
import time
import tracemalloc

import pytest
import yaml
from cassette_samples import NASTY, values
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_oao.cassette import limits, yamlreader, yamlscalars
from pytest_oao.cassette.anchors import anchors
from pytest_oao.cassette.yamlreader import parse
from pytest_oao.cassette.yamlwriter import write
from pytest_oao.errors import HostileFile, OaoError, StoreFailed, UnreadableFile
from pytest_oao.model.jsontypes import NotFinite

trees = st.dictionaries(
    st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"])), values, min_size=1, max_size=5
)


def exact(value):
    """Return a form in which 1, 1.0, True and -0.0 differ."""
    return repr(value)


@settings(max_examples=150, deadline=None)
@given(trees)
@example({text: text for text in NASTY})
@example({"list": NASTY, "nested": [[[NASTY]], {"a": [{"b": NASTY}]}]})
def test_what_is_written_is_read_back(tree):
    text = write(tree)
    assert exact(parse(text.encode(), "a").root) == exact(tree)


@settings(max_examples=100, deadline=None)
@given(trees)
@example({text: text for text in NASTY})
def test_other_readers_of_yaml_read_the_same(tree):
    text = write(tree)
    assert yaml.safe_load(text) == tree
    assert yaml.load(text, Loader=yaml.CSafeLoader) == tree


def test_the_slower_parser_reads_the_same(monkeypatch):
    tree = {text: [text, 1, 2.5, None, True] for text in NASTY}
    data = write(tree).encode()
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert exact(parse(data, "a").root) == exact(tree)
    for hostile in (b"a: !!python/name:os x\n", b"a: [" * 200):
        with pytest.raises(HostileFile):
            parse(hostile, "a")
    with pytest.raises(UnreadableFile):
        parse(b"a: [\n", "a")


@settings(max_examples=100, deadline=None)
@given(st.lists(values, max_size=4), st.lists(st.integers(0, 3), max_size=9))
def test_repeated_values_stand_once(parts, order):
    parts = [
        *parts,
        "word " * 50,
        ["x" * 150, {"y": "z" * 199}],
        {"a": ["x" * 150, {"y": "z" * 199}]},
        [1, 1.0, True] * 50,
    ]
    tree = {"items": [parts[index % len(parts)] for index in order] + parts + parts}
    text = write(tree, anchors(tree["items"]))
    read = parse(text.encode(), "a")
    assert exact(read.root) == exact(tree)
    assert text.count("word word") <= 50
    assert text.count("z" * 199) == 1
    assert text == write(tree, anchors(tree["items"]))


def test_an_anchor_is_named_by_its_content_wherever_it_stands():
    long = "word " * 50
    one, two = ({"a": [*before, long, long]} for before in ([], [1, 2, 3]))
    names = {write(tree, anchors(tree["a"])).partition("&")[2].split()[0] for tree in (one, two)}
    assert len(names) == 1
    assert next(iter(names)).startswith("h")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: yes", "yes"),
        ("a: ~", "~"),
        ("a: Null", "Null"),
        ("a: 0o7", "0o7"),
        ("a: 01", "01"),
        ("a: 1_0", "1_0"),
        ("a: .5", ".5"),
        ("a: 2026-01-01", "2026-01-01"),
        ("a: 12:30", "12:30"),
        ("a: null", None),
        ("a: true", True),
        ("a: 1e3", 1000.0),
        ("a: -1", -1),
        ("a: '1'", "1"),
        ("a: >-\n  b\n  c\n", "b c"),
        ("a: {b: [1, x]}", {"b": [1, "x"]}),
        ("a: {<<: {b: 1}}", {"<<": {"b": 1}}),
        ("a: {1: x, true: y}", {"1": "x", "true": "y"}),
    ],
)
def test_plain_scalars_are_what_json_says(text, value):
    assert exact(parse(text.encode(), "f").root) == exact({"a": value})


@pytest.mark.parametrize(
    ("text", "kind", "match"),
    [
        ("a: 1\na: 2", UnreadableFile, r"f, line 2: the key 'a' is there twice"),
        ("a: 1\nb:\nc: 1", UnreadableFile, "line 2: nothing stands here: write null"),
        ("a: 1\n--- b", UnreadableFile, "line 2: a second document begins"),
        ("a: *b", UnreadableFile, r"line 1: the alias \*b stands for nothing"),
        ("a: &b [*b]", UnreadableFile, r"the alias \*b stands for nothing"),
        ("a: &b 1\nc: &b 2", UnreadableFile, "line 2: the anchor &b is there twice"),
        ("? [a]\n: b", UnreadableFile, "a key is no text"),
        ("a: &b c\n*b : d", UnreadableFile, "a key is no text"),
        ("? " * 100_000, UnreadableFile, "a key is no text"),
        ("&b a: c", UnreadableFile, "a key has an anchor"),
        ("a: [1, 2", UnreadableFile, "did not find expected"),
        ("a: \x01", UnreadableFile, "control characters are not allowed"),
        ("a: 1\nb: '", UnreadableFile, "line 2: found unexpected end"),
        ('a: "\\ud800"', UnreadableFile, "invalid Unicode character"),
        ("a: !!python/object/apply:os.system ['true']", HostileFile, "line 1: it holds the tag"),
        ("a: !x 1", HostileFile, "the tag '!x'"),
        ("a: ! 1", HostileFile, "the tag"),
        ("a: !!str 1", HostileFile, "the tag"),
        ("a: !!map {}", HostileFile, "the tag"),
        ("a: !!seq []", HostileFile, "the tag"),
    ],
)
def test_what_is_refused(text, kind, match):
    with pytest.raises(kind, match=match) as error:
        parse(text.encode(), "f")
    assert type(error.value) is kind
    assert error.value.remedy


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UnreadableFile, match="UTF-8"):
        parse(b"a: \xff\xfe", "f")


def _bomb(depth, width):
    lines = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, depth)]
    return "\n".join(lines).encode()


HOSTILE = {
    "aliases": lambda: _bomb(9, 10),
    "long text": lambda: b"a: &a " + b"x" * 100_000 + b"\nb: [" + b"*a, " * 20_000 + b"]",
    "deep lists": lambda: b"a: " + b"[" * 100_000,
    "deep blocks": lambda: b"a:\n" + b"- " * 100_000,
    "deep mappings": lambda: b"".join(b" " * i + b"a:\n" for i in range(3_000)),
    "deep flow mappings": lambda: b"a: " + b"{a: " * 100_000,
    "digits": lambda: b"a: " + b"9" * 1_000_000,
    "digits of a float": lambda: b"a: 1." + b"9" * 1_000_000,
    "tag": lambda: b"a: !!python/object/new:os.system [true]",
    "tag directive": lambda: b"%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os x",
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_soon_and_cheaply(make):
    data = make()
    start = time.process_time()
    with pytest.raises(HostileFile):
        parse(data, "f")
    assert time.process_time() - start < 1
    tracemalloc.start()
    with pytest.raises(HostileFile):
        parse(data, "f")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


def test_too_many_values_are_refused(monkeypatch):
    monkeypatch.setattr(yamlreader, "NODES", 1000)
    with pytest.raises(HostileFile, match="more than 1000 values"):
        parse(b"- a\n" * 2000, "f")
    assert limits.NODES >= 1_000_000


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!|>'\"\\ \n#%,?1.e\t", max_size=60).map(str.encode))
def test_any_bytes_give_a_tree_or_an_error_of_ours(data):
    try:
        parse(data, "f")
    except OaoError as error:
        assert error.where.startswith("f")  # noqa: PT017


def test_what_no_reader_would_take_is_not_written():
    deep = []
    for _ in range(200):
        deep = [deep]
    for value in (deep, {1, 2}, 10**5000):
        with pytest.raises(StoreFailed):
            write({"a": value})


def test_numbers_that_json_lacks():
    text = write({"a": [float("inf"), float("-inf")], "b": float("nan"), "c": 1e300})
    assert parse(text.encode(), "f").root == {"a": [float("inf"), float("-inf")], "b": None, "c": 1e300}


@pytest.mark.parametrize("kind", [float, NotFinite])
def test_what_was_read_is_written_as_it_was(kind):
    some = [kind("inf"), 1.0, kind("-inf")]
    text = write({"a": some, "b": [*some, kind("nan")], "c": [1, kind("nan")], "d": {"e": kind("nan")}})
    assert "a: [1.0e+999, 1.0, -1.0e+999]\n" in text
    assert write(parse(text.encode(), "f").root) == text


def test_lone_surrogates_become_replacement_characters():
    assert parse(write({"a\ud800": "b\udfff\n"}).encode(), "f").root == {"a\ufffd": "b\ufffd\n"}


def test_a_character_that_hides_text_is_written_as_an_escape():
    assert "\u202e" not in write({"a": "x\u202ey", "b": "x\n\u2066y"})


@pytest.mark.parametrize("size", [200, 300, 1100, 5000])
def test_long_keys(size):
    tree = {"k" * size: {"é" * size: [{"a b" * size: {"x": 1}}, {"c\nd" * size: "text\nof lines"}]}}
    text = write(tree)
    assert parse(text.encode(), "f").root == tree == yaml.safe_load(text)


@pytest.mark.parametrize("text", ["iVBORw0KGgo" * 100_000, "a word; another one, " * 50_000 + "end"])
def test_whether_a_long_text_may_stand_plain_is_found_as_fast_as_it_is_written(text):
    def seconds(act):
        def once():
            start = time.process_time()
            act(text)
            return time.process_time() - start

        return min(once() for _ in range(3))

    assert yamlscalars.scalar(text) == text
    assert seconds(yamlscalars.scalar) < 0.002 + 20 * seconds(json.dumps)
