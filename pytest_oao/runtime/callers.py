"""Whose code reads the clock or draws by chance: the agent's own, or that of an SDK, of pytest, of the event loop."""

import os
import sys
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import FrameType

from pytest_oao.runtime.sites import beginning, is_own


class Whose(Enum):
    """What a source file is."""

    OWN = "own"
    CLEAR = "clear"
    """Generated code and what runs it: its caller decides, as of a dataclass or a pydantic model that fills a field."""
    LIBRARY = "library"
    """The standard library: its caller decides what is drawn by chance, not what time it is."""
    FOREIGN = "foreign"


_PACKAGE = Path(__file__).resolve().parent.parent
_LIBRARY = beginning(Path(os.__file__).parent)
_INSTALLED = ("/site-packages/", "/dist-packages/")
_CLEAR = (
    "/uuid.py",
    "/email/utils.py",
    "/dataclasses.py",
    "/functools.py",
    "/contextlib.py",
    "/sched.py",
    "/timeit.py",
)
"""Of the standard library, what reads the clock for its caller; `logging` reads it for itself, and often."""
_OWN_AFFAIRS = ("/tempfile.py", "/multiprocessing/", "/importlib/", "/asyncio/", "/ssl.py")
"""Of the standard library, what draws for itself: the first time in a process only, or as it is scheduled."""
_IMPORTS = "<frozen importlib"


class Callers:
    """Tells the project's own code from other code, by the frames of the stack."""

    def __init__(self, root: str) -> None:
        self._whose = _Files(root)

    def owns(self, filename: str) -> bool:
        """Whether a source file is the project's own."""
        return self._whose[filename] is Whose.OWN

    def reads(self, frame: FrameType) -> bool:
        """Whether the code of a frame that reads a clock is the project's own, or works for it."""
        seen: FrameType | None = frame
        while seen is not None and (whose := self._whose[seen.f_code.co_filename]) is Whose.CLEAR:
            seen = seen.f_back
        return seen is not None and whose is Whose.OWN and not self._imports(seen)

    def draws(self, frame: FrameType) -> bool:
        """Whether the first code that is not the standard library's is the project's own."""
        seen: FrameType | None = frame
        while seen is not None and (whose := self._whose[seen.f_code.co_filename]) in _PASSED:
            seen = seen.f_back
        return seen is not None and whose is Whose.OWN and not self._imports(seen)

    def _imports(self, frame: FrameType) -> bool:
        """Whether own code runs because it is imported: once in a process, in whichever test comes first."""
        seen: FrameType | None = frame
        while seen is not None and self._whose[seen.f_code.co_filename] is Whose.OWN:
            seen = seen.f_back
        return seen is not None and seen.f_code.co_filename.startswith(_IMPORTS)


_PASSED = frozenset({Whose.CLEAR, Whose.LIBRARY})


@lru_cache(maxsize=16)
def callers_below(root: Path) -> Callers:
    """Return what tells the code below a folder; one for all tests, since it finds out about each file once."""
    return Callers(beginning(root))


class _Files(dict[str, Whose]):
    """What a source file is, by its name."""

    def __init__(self, root: str) -> None:
        self._root = root

    def __missing__(self, filename: str) -> Whose:
        self[filename] = whose = _OURS.get(filename) or _whose(filename, self._root)
        return whose


_OURS = {str(_PACKAGE / "adapters" / "uuids.py"): Whose.CLEAR}
"""Of pytest-oao, what stands between the caller and the standard library."""


def _whose(filename: str, root: str) -> Whose:
    if filename.startswith("<"):
        return _of_no_file(filename)
    if is_own(filename, root):
        return Whose.OWN
    name = filename.replace(os.sep, "/")
    if any(mark in name for mark in _INSTALLED):
        return Whose.CLEAR if any(f"{mark}pydantic/" in name for mark in _INSTALLED) else Whose.FOREIGN
    if not filename.startswith(_LIBRARY):
        return Whose.FOREIGN
    if any(mark in name for mark in _OWN_AFFAIRS):
        return Whose.FOREIGN
    return Whose.CLEAR if name.endswith(_CLEAR) else Whose.LIBRARY


def _of_no_file(filename: str) -> Whose:
    if filename.startswith(_IMPORTS):
        return Whose.FOREIGN
    name = filename.removeprefix("<frozen ").removesuffix(">").partition(".")[0]
    if filename.startswith("<frozen ") and name in sys.stdlib_module_names:
        return Whose.LIBRARY
    return Whose.CLEAR if filename.startswith(("<string>", "<attrs generated ")) else Whose.FOREIGN
