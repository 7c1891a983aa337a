"""Names below a folder that stay below it, and the files that are there."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath, PureWindowsPath

from pytest_oao.errors import BadPath, MissingFile


def inside(root: Path, name: str) -> Path:
    """Return `root / name`; raises BadPath where that could be anywhere but below `root`, or behind a symlink."""
    parts = name.split("/")
    windows = PureWindowsPath(name)
    if "\0" in name or windows.drive or windows.root or not {"", ".", ".."}.isdisjoint([*parts, *windows.parts]):
        raise _bad_path(root, name, "the name is empty, absolute or leaves the folder")
    path = root
    for part in parts:
        path /= part
        try:
            part.encode()
            linked = path.is_symlink()
        except (OSError, UnicodeError) as error:
            raise _bad_path(root, name, "no file can have that name") from error
        if linked:
            raise _bad_path(root, name, f"{path} is a symbolic link")
    return path


def files_below(root: Path, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Path]:
    """Yield the files in a folder, at any depth, whose names are `wanted`, in order of their names.

    Hidden files and folders, and symlinks to folders, are passed over. Raises MissingFile for a folder that is there
    and cannot be read.
    """
    for folder, folders, names in os.walk(root, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and wanted(name):
                yield Path(folder, name)


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # it was removed meanwhile
        what = f"the folder cannot be read: {error.strerror}"
        raise MissingFile(what, where=str(error.filename), remedy="See that this user may read it.") from error


def is_hidden(path: PurePath) -> bool:
    """Whether a part of a path has a name that begins with a dot."""
    return any(part.startswith(".") for part in path.parts)


def _bad_path(root: Path, name: str, why: str) -> BadPath:
    return BadPath(f"{name!r} is refused: {why}", where=str(root), remedy="Use a relative name below that folder.")
