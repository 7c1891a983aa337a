"""What a session draws by chance: each lane from its own streams, so that it draws the same however it is scheduled."""

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from random import Random
from secrets import randbits
from typing import Any

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.model.run_metadata import SEED
from pytest_oao.model.sessions import Header

_BITS = 48
"""Few enough that no reader of JSON rounds it."""


def drawn_seed() -> int:
    """Return the seed of a new recording."""
    return randbits(_BITS)


def seed_record(seed: int) -> JSONObject:
    """Return the metadata that tell the seed, of a header."""
    return {SEED: seed}


def has_seed(header: Header) -> bool:
    """Whether a session was recorded with a seed."""
    return isinstance(header.of_our_run.get(SEED), int)


def seed_of(header: Header) -> int:
    """Return the seed that a session was recorded with; where none was, one that is the same in each replay."""
    seed = header.of_our_run.get(SEED)
    return seed if isinstance(seed, int) else _derived(header.id)


class LaneChance:
    """The streams of one lane: of `random`, which the agent may seed; of bytes, which it may not; of others."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._others: dict[str, Any] = {}

    @cached_property
    def random(self) -> Random:
        """What the functions of the module `random` draw from."""
        return Random(self.seed("random"))  # noqa: S311 - it is to be predictable

    @cached_property
    def bytes(self) -> Random:
        """What `os.urandom`, `secrets`, `uuid` and generators without a seed draw from."""
        return Random(self.seed("bytes"))  # noqa: S311 - it is to be predictable

    def other(self, name: str, make: Callable[[int], Any]) -> Any:  # noqa: ANN401 - of a library that we do not import
        """Return a generator of a library's own, made by `make(seed)` when it is first asked for."""
        if name not in self._others:
            self._others[name] = make(self.seed(name))
        return self._others[name]

    def seed(self, name: str) -> int:
        """Return the seed of one of the streams."""
        return _derived(f"{self._seed}/{name}")


class Chance:
    """The streams of a session, by lane."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lanes: dict[str, LaneChance] = {}

    def of(self, path: str) -> LaneChance:
        """Return the streams of a lane."""
        found = self._lanes.get(path)
        return found if found is not None else self._lanes.setdefault(path, LaneChance(f"{self._seed}/{path}"))


def _derived(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:16])
