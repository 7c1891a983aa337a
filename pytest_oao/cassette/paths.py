"""Names below a folder that stay below it."""

from pathlib import Path, PureWindowsPath

from pytest_oao.errors import BadPath


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


def _bad_path(root: Path, name: str, why: str) -> BadPath:
    return BadPath(f"{name!r} is refused: {why}", where=str(root), remedy="Use a relative name below that folder.")
