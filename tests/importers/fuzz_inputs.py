"""What becomes of files under Hypothesis: their values replaced, moved, renamed and dropped; their bytes cut and changed."""

import gzip
import json
from functools import cache
from itertools import islice
from typing import NamedTuple

from fuzz_forms import DEEP, LONG, form_of
from fuzz_seeds import seeds
from hypothesis import strategies as st

try:
    import zstandard
except ImportError:
    zstandard = None

_MOST, _DEEPEST = 10_000, 60
"""Values in a file, and how deep they stand there: the values of others are not changed, only their bytes."""
WITHIN = None
"""The step of a path into the JSON that a text holds."""
_KEYS = ("", "type", "role", "content", "id", "name", "\ud800", "a.b")
_ODD = (
    *(None, True, False, 0, -1, 10**18, 10**30, -(10**400), 0.0, -0.5, 1e308, float("inf"), float("nan")),
    *("", " ", "0", "-1", "1e999", "null", "{}", "[]", "\0", "\ud800", "\udcff", "\x85\u2028", "é" * 9, "data: {}\n\n"),
    *([], {}, [[]], [None], {"": None}, {"\ud800": "\udfff"}, [{}, {}], {"type": "text"}, {"a": {"b": [1, "2"]}}),
    *("2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-23:59", "https://[", "http://h:x/"),
    *(f"{DEEP}{depth}" for depth in (30, 60, 110, 240, 400, 900)),
    *(f"{LONG}{digits}" for digits in (300, 4300, 5000)),
    *(text * 3000 for text in ("a", "{", '["', "\\", " ", "\n", "data: ", "a.", "```", "<a>", "=")),
)
_SCALARS = st.sampled_from(_ODD) | st.text(max_size=8) | st.integers() | st.floats()
_VALUES = (
    _SCALARS
    | st.sampled_from(_ODD)
    | st.lists(_SCALARS, max_size=3)
    | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=4), _SCALARS, max_size=3)
)


class Seed(NamedTuple):
    """A file to break."""

    data: bytes
    form: object
    value: object
    """What it holds, as the only item of a list: so each value stands in another."""
    paths: st.SearchStrategy
    """Draws the path of a value in it, or in a text of it that is JSON."""
    offsets: st.SearchStrategy
    """Draws a place in its bytes."""


@cache
def _seeds(name):
    """Return a strategy that draws a file of a format."""
    made = []
    for data in seeds(name):
        form, held = form_of(data)
        places = [*islice(_places(held, (0,)), _MOST)]
        if len(places) == _MOST or max(map(len, places)) > _DEEPEST:  # a seed that is hostile itself
            held, places = data, [(0,)]
        made.append(Seed(data, form, [held], st.sampled_from(places), st.integers(0, len(data))))
    return st.sampled_from(made)


def _places(value, path):
    yield path
    if isinstance(value, str) and value[:1] in ("{", "["):
        value, path = _json_of(value), (*path, WITHIN)
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs if len(path) <= _DEEPEST else ():
        yield from _places(item, (*path, key))


def _json_of(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@st.composite
def inputs(draw, name):
    """Draw a broken file of a format."""
    all_seeds = _seeds(name)
    seed = draw(all_seeds)
    value = seed.value
    for _ in range(draw(_CHANGED)):
        path = draw(seed.paths)
        change = draw(_CHANGES)(draw, path[-1], all_seeds)
        value = _changed(value, path, change)
    data = seed.data if value is seed.value else seed.form.write(value[0] if value else None)
    for _ in range(draw(_DAMAGED)):
        data = draw(_DAMAGE)(draw, data, draw(seed.offsets), all_seeds)
    return draw(_PACKING)(data)


_CHANGED = st.sampled_from([1, 1, 2, 3, 0])
_DAMAGED = st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2])


def _changed(value, path, change):
    """Return a value with a change made at a path: to the copy of what holds its end; as it was where none does."""
    key, *rest = path
    if key is WITHIN and isinstance(value, str):
        held = _json_of(value)
        made = _changed(held, rest, change) if rest else held
        return value if made is held else _text(made)
    if not _has(value, key):
        return value
    copy = value.copy()
    if rest:
        copy[key] = _changed(value[key], rest, change)
        return copy if copy[key] is not value[key] else value
    return change(copy)


def _has(value, key):
    if isinstance(value, dict):
        return key in value
    return isinstance(value, list) and isinstance(key, int) and key < len(value)


# Changes: each draws what it needs, and returns what to do with the list or object that holds a value.


def _put(draw, key, all_seeds):
    new = draw(_VALUES)
    return lambda holder: _with(holder, key, new)


def _graft(draw, key, all_seeds):
    """Put a value of some other place there."""
    seed = draw(all_seeds)
    path = draw(seed.paths)
    return lambda holder: _with(holder, key, _at(seed.value, path))


def _swap(draw, key, all_seeds):
    at = draw(_SMALL)

    def swapped(holder):
        other = _other(holder, at)
        holder[key], holder[other] = holder[other], holder[key]
        return holder

    return swapped


def _double(draw, key, all_seeds):
    times = draw(_TIMES)

    def doubled(holder):
        if isinstance(holder, list):
            holder[key:key] = [holder[key]] * times
            return holder
        return _with(holder, f"{key}2", holder[key])

    return doubled


def _drop(draw, key, all_seeds):
    def dropped(holder):
        del holder[key]
        return holder

    return dropped


def _rename(draw, key, all_seeds):
    """Give a value another name: one of the keys of the files, or any."""
    path = draw(draw(all_seeds).paths)
    name = next((step for step in reversed(path) if isinstance(step, str)), None) or draw(_NAMES)
    return lambda holder: (
        {name if one == key else one: holder[one] for one in holder} if isinstance(holder, dict) else holder
    )


def _cut(draw, key, all_seeds):
    """Leave a part of a text, of a list, of the bytes of a cell."""
    at = draw(_SMALL)
    part = draw(_PARTS)(at)

    def cut(holder):
        whole = holder[key]
        return _with(holder, key, whole[part]) if isinstance(whole, str | list | bytes) else holder

    return cut


def _turn(draw, key, all_seeds):
    """Have a value written in another way: as text, within a list or an object, or what stands in it in its place."""
    way = draw(_WAYS)
    return lambda holder: _with(holder, key, way(holder[key]))


def _text(value):
    return json.dumps(value, default=repr, skipkeys=True)


def _first(value):
    if isinstance(value, dict):
        return next(iter(value.values()), None)
    return (value[0] if value else None) if isinstance(value, list) else [value, value]


def _with(holder, key, new):
    holder[key] = new
    return holder


def _other(holder, at):
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    return keys[at % len(keys)]


def _at(value, path):
    for key in path:
        value = json.loads(value) if key is WITHIN else value[key]
    return value


_SMALL = st.integers(0, 40)
_NAMES = st.sampled_from(_KEYS)
_TIMES = st.sampled_from([1, 1, 1, 2, 40])
_PARTS = st.sampled_from([slice, lambda at: slice(at, None), lambda at: slice(-at - 1)])
_WAYS = st.sampled_from([str, _text, lambda one: [one], lambda one: {"value": one}, _first])
_CHANGES = st.sampled_from([_put, _put, _put, _graft, _graft, _swap, _double, _drop, _rename, _cut, _turn])


# Damage: of the bytes themselves, at a place in them.


def _cut_off(draw, data, at, all_seeds):
    return data[:at]


def _without(draw, data, at, all_seeds):
    return data[:at] + data[at + draw(_SMALL) + 1 :]


def _flipped(draw, data, at, all_seeds):
    return data[:at] + draw(_BYTES) + data[at + 1 :]


def _repeated(draw, data, at, all_seeds):
    piece = data[at : at + draw(_SMALL) + 1]
    return data[:at] + piece * draw(_OFTEN) + data[at:]


def _spliced(draw, data, at, all_seeds):
    other = draw(all_seeds)
    return data[:at] + other.data[draw(other.offsets) :]


def _joined(draw, data, at, all_seeds):
    return data + b"\n" + draw(all_seeds).data


_BYTES = st.binary(min_size=1, max_size=4)
_OFTEN = st.sampled_from([2, 300, 3000])
_DAMAGE = st.sampled_from([_cut_off, _without, _flipped, _flipped, _repeated, _spliced, _joined])
_zstd = zstandard.ZstdCompressor(level=1).compress if zstandard else bytes
_PACKING = st.sampled_from(
    [
        *[bytes] * 27,
        lambda data: gzip.compress(data, 1),
        lambda data: gzip.compress(data, 1)[:-9],
        _zstd,
        lambda data: _zstd(data)[:-9],
        lambda data: b"\xef\xbb\xbf" + data,
    ]
)
