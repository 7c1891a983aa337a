"""What the tests of importers do to samples: put secrets into them, and break them."""

import copy
import json

from hypothesis import strategies as st
from importer_samples import sessions_in

from pytest_oao.cassette import shelf
from pytest_oao.cassette.redacting import redacted_session
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import OaoError

SECRET = "sk-proj-" + "Zq7Vt2Lm9Xw4Rc8Bn3Kd6Hf1Js5Yp0Gu"
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """Yield the path of each value inside a JSON value."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from places(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(value, path, new):
    """Return a copy with another value at a path."""
    if not path:
        return new
    value = copy.deepcopy(value)
    at(value, path[:-1])[path[-1]] = new
    return value


def planted(value, keep=()):
    """Return the value with a secret at the end of each text in it, but for those below keys that must stay."""
    if isinstance(value, str):
        return f"{value} {SECRET}"
    if isinstance(value, list):
        return [planted(item, keep) for item in value]
    if isinstance(value, dict):
        return {key: item if key in keep else planted(item, keep) for key, item in value.items()}
    return value


def assert_clean(sessions, folder):
    """Save sessions as `oao import` does; no file may have the secret."""
    for number, session in enumerate(sessions):
        shelf.save(redacted_session(session, Redactor.of(environment={})), folder / f"{number}.yaml")
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert SECRET.encode() not in path.read_bytes(), path


@st.composite
def mutated(draw, values):
    """Draw one of the values with something else in up to three of its places."""
    value = draw(st.sampled_from(values))
    for _ in range(draw(st.integers(0, 3))):
        value = changed(value, draw(st.sampled_from(sorted(places(value), key=repr))), draw(JSON_VALUES))
    return value


def survives(data, format_name):
    """Read what may be broken: it becomes sessions or one of our errors."""
    told, sessions = None, []
    try:
        sessions = sessions_in(data, "folder/a file", format_name)
    except OaoError as error:
        told = error
    assert told is None or (told.what and told.where)
    for session in sessions:
        shelf.dumps(session)


def as_json(value):
    return json.dumps(value).encode()
