"""JSON, requests and ids that the tests of the diff floor share."""

import json
import random
import uuid

from hypothesis import strategies as st

KEYS = st.text("abcdxyz", max_size=3)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text('ab\n é{}[]"1_-', max_size=12),
    st.uuids().map(str),
    st.from_regex(r"\Acall_[0-9][a-z0-9]{11}\Z"),
    st.dictionaries(KEYS, st.integers(0, 3), max_size=3).map(json.dumps),
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


def fresh(number=0):
    """A uuid, the same one for the same number."""
    return str(uuid.UUID(int=random.Random(number).getrandbits(128), version=4))


def renamed(value, names):
    """The value with ids replaced, in every string."""
    text = json.dumps(value)
    for old, new in names.items():
        text = text.replace(old, new)
    return json.loads(text)


def conversation(messages, size, seed=0):
    """A chat request of `messages` messages and about `size` characters."""
    rng = random.Random(seed)
    words = [
        "the",
        "agent",
        "reads",
        "a",
        "file",
        "then",
        "calls",
        "search",
        "and",
        "waits",
        "edits",
        "42\n",
        "of",
        "code",
    ]

    def text():
        return " ".join(rng.choice(words) for _ in range(max(2, size // messages // 5)))

    return {
        "model": "gpt-5",
        "messages": [{"role": ("user", "assistant")[n % 2], "content": text()} for n in range(messages)],
    }
