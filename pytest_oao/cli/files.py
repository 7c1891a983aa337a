"""Which files a command line means."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_oao.cassette.paths import files_below
from pytest_oao.errors import MissingFile
from pytest_oao.model.session_ids import is_own
from pytest_oao.stores.locating import is_url
from pytest_oao.stores.urls import shown_url

_USER = re.compile(r"//[^/]*@")


@dataclass(frozen=True, slots=True)
class Found:
    """A file, and the folder in which it was found; None where the file itself was named."""

    path: Path
    below: Path | None = None
    content: bytes | None = None
    """Of what is no file: the bytes."""
    address: str = ""
    """Of what is no file: what it is called."""

    @property
    def said(self) -> str:
        """What it is called in what is said: a URL is no path."""
        return self.address or str(self.path)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders between the folder that was named and the file."""
        return () if self.below is None else self.path.relative_to(self.below).parts[:-1]


def shown_name(name: str) -> str:
    """Return an argument as it may be shown: a URL without a password."""
    is_page = name.lower().startswith(("http://", "https://"))
    return _USER.sub("//", name) if is_page or not is_url(name) else shown_url(name)


def files_of(
    named: Sequence[str], wanted: Callable[[str], bool] = lambda _: True, noun: str = "file"
) -> Iterator[Found]:
    """Yield the files named, and those in the folders named whose names are `wanted`, in order of their names.

    Hidden files and folders, and symlinks to folders, are passed over. Raises MissingFile, also where there is
    none; `noun` is what the error calls those that are wanted.
    """
    files = _all(named, wanted)
    first = next(files, None)
    if first is None:
        where = ", ".join(str(Path(name)) for name in named)
        remedy = "Name a file, or a folder that has one; hidden files are passed over."
        raise MissingFile(f"there is no {noun} in it", where=where, remedy=remedy)
    yield first
    yield from files


def _all(named: Iterable[str], wanted: Callable[[str], bool]) -> Iterator[Found]:
    for name in named:
        path = Path(name)
        if path.is_dir():
            yield from (Found(one, path) for one in files_below(path, wanted))
        elif path.exists():
            yield Found(path)
        else:
            raise _missing(name)


def _missing(name: str) -> MissingFile:
    own = name.removeprefix("#")
    if not is_own(own):
        remedy = "See that its name is right."
        return MissingFile("there is no such file or folder", where=shown_name(name), remedy=remedy)
    what = "this is the id of a session, and the store that has it is not named"
    remedy = f"Write STORE#ID, with what `record` was given: sessions#{own} of a folder, URL#{own} of another store."
    return MissingFile(what, where=name, remedy=remedy)
