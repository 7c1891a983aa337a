"""Cassettes of vcrpy, opened as vcrpy opens them and never written: its serializers, persisters, matchers and filters.

What `oao import --in-place` has made of one is read in its place. vcrpy takes 0.4 s to import: that is done late, for
tests that are marked `vcr`.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pytest_oao.adapters.vcrpy_messages import interactions_of
from pytest_oao.cassette.conversions import converted_at
from pytest_oao.errors import UnreadableFile
from pytest_oao.model.sessions import Session

_REMEDY = "Take it from version control, or record it again with pytest-recording."


@dataclass(frozen=True, slots=True)
class Opened:
    """A cassette that is open."""

    cassette: Any
    """vcrpy's own object, which knows what was played."""
    matchers: Sequence[Callable[[Any, Any], object]]
    path: str
    exists: bool
    converted: bool
    """Whether it is one of ours by now, without the secrets that the original had."""


class Reader:
    """Reads files for the persisters of one test: ours where they were converted, and says what it found."""

    def __init__(self, load: Callable[[Path], Session]) -> None:
        self._load = load
        self.found = self.converted = False

    def read(self, path: Any, theirs: Callable[[], Any]) -> Any:
        """Return the requests and responses at a path; `theirs()` reads what was not converted."""
        ours = converted_at(Path(path))
        interactions = theirs() if ours is None else interactions_of(self._load(ours))
        self.found, self.converted = True, self.converted or ours is not None
        return interactions


class Several:
    """The persister of tests that may name more cassettes: what those hold follows what the test's own holds."""

    def __init__(self, more: Iterable[str], reader: Reader) -> None:
        self._more, self._reader = tuple(more), reader

    def load_cassette(self, cassette_path: Any, serializer: Any) -> Any:
        """Return the requests and the responses of all the files that there are."""
        from vcr.persisters.filesystem import CassetteNotFoundError  # noqa: PLC0415 - late: see above

        requests: list[Any] = []
        responses: list[Any] = []
        for path in dict.fromkeys([os.fspath(cassette_path), *self._more]):
            if Path(path).is_file() or converted_at(Path(path)):
                asked, answered, *_ = self._reader.read(path, partial(_read, path, serializer))
                requests += asked
                responses += answered
        if not requests:
            raise CassetteNotFoundError
        return requests, responses

    @staticmethod
    def save_cassette(*_: Any, **__: Any) -> None:
        """Write nothing: these cassettes are only read."""


class _ReadOnly(Several):
    """Stands before a persister of the project's own: reads what was converted, and writes nothing."""

    def __init__(self, persister: Any, reader: Reader) -> None:
        super().__init__((), reader)
        self._persister = persister

    def load_cassette(self, cassette_path: Any, serializer: Any) -> Any:
        """Return the requests and the responses of a file."""
        return self._reader.read(
            cassette_path, lambda: self._persister.load_cassette(cassette_path, serializer=serializer)
        )


def opened(vcr: Any, name: str, options: Mapping[str, Any], reader: Reader) -> Opened:
    """Open the cassette of a name; `vcr` has the project's serializers, matchers and persister.

    Raises UnreadableFile for what is no text, and whatever else a serializer or a persister raises.
    """
    from vcr.cassette import Cassette  # noqa: PLC0415 - late: see above
    from vcr.persisters.filesystem import CassetteDecodeError  # noqa: PLC0415
    from vcr.record_mode import RecordMode  # noqa: PLC0415

    merged = dict(vcr.get_merged_config(path=name, **options))
    transform = merged.pop("path_transformer", None)
    for of_decorators in ("func_path_generator", "record_on_exception"):
        merged.pop(of_decorators, None)
    path = os.fspath(transform(name) if transform else name)
    persister = merged.pop("persister")
    merged |= {
        "path": path,
        "persister": persister if type(persister) is Several else _ReadOnly(persister, reader),
        "record_mode": RecordMode.NONE,
    }
    try:
        cassette = Cassette.load(**merged)
    except CassetteDecodeError as error:
        raise UnreadableFile(f"not a cassette: {error}", where=path, remedy=_REMEDY) from error
    return Opened(cassette, tuple(merged["match_on"]), path, reader.found, reader.converted)


def _read(path: str, serializer: Any) -> Any:
    from vcr.serialize import deserialize  # noqa: PLC0415 - late: see above

    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"not a cassette: {error}", where=path, remedy=_REMEDY) from error
    return deserialize(text, serializer) if text.strip() else ([], [])
