"""Where in the code a call is made: the frames of the project's own code on the stack."""

import os
import sys
from pathlib import Path
from types import CodeType, FrameType

from pytest_oao.model.calls import Site
from pytest_oao.runtime.lanes import started_at


def beginning(folder: Path) -> str:
    """Return what the names of all files below a folder begin with."""
    return str(folder).rstrip(os.sep) + os.sep


_OURS = beginning(Path(__file__).resolve().parent.parent)
_FOREIGN = ("/site-packages/", "/dist-packages/", "/lib/python", "<frozen ", "/.")
"""Marks of what lies below the root and is not the project's: packages, and folders that are hidden, as `.venv`."""


class Project:
    """The code under one root folder, without its virtual environments; `test` names the test file, if any."""

    def __init__(self, root: Path, test: Path | None = None) -> None:
        self.root = beginning(root)
        self.test = str(test) if test else ""
        self.files: set[str] = set()
        """Source files of the project that were on the stack of some call."""
        self._is_own = _Ownership(self.root).__getitem__
        self._sites: dict[tuple[CodeType, int], Site] = {}

    def site(self) -> Site:
        """Return where the running call is made, and remember the files that led there.

        A task that runs an SDK's coroutine has no frame of the project on its stack: then it is where it was started.
        """
        agent = test = ""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack reads source files: 100 times dearer
        while frame is not None:
            name = frame.f_code.co_filename
            if self._is_own(name):
                self.files.add(name)
                if name == self.test:
                    test = self._place(frame)
                agent = agent or self._place(frame)
            frame = frame.f_back
        return Site(agent, test) if agent else started_at()

    def nearest(self) -> Site:
        """Return where the running call is made, and look no further: in production, no files are hashed."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - as above; the gateway asks, and then an adapter
        is_own = self._is_own
        while frame is not None:
            code = frame.f_code
            if is_own(code.co_filename):
                key = code, frame.f_lineno
                known = self._sites.get(key)
                if known is None:
                    known = self._sites[key] = Site(self._place(frame))
                return known
            frame = frame.f_back
        return started_at()

    def place(self) -> str:
        """Return where the running code is as words in a sentence; nothing where no frame of the project is known."""
        site = self.site().agent
        return f" at {site}" if site else ""

    def _place(self, frame: FrameType) -> str:
        path = frame.f_code.co_filename.removeprefix(self.root).replace(os.sep, "/")
        return f"{path}:{frame.f_lineno} in {_name(frame.f_code)}"


class _Ownership(dict[str, bool]):
    """Whether a source file is the project's, by its name; found out once, for each call walks a whole stack."""

    def __init__(self, root: str) -> None:
        self._root = root

    def __missing__(self, filename: str) -> bool:
        self[filename] = own = is_own(filename, self._root)
        return own


def is_ours(filename: str) -> bool:
    """Whether a source file is pytest-oao's."""
    return filename.startswith(_OURS)


def is_own(filename: str, root: str) -> bool:
    """Whether a source file is the project's, whose files' names all begin with `root`."""
    if not filename.startswith(root) or filename.startswith(_OURS):
        return False
    below = filename[len(root) - 1 :].replace(os.sep, "/")
    return below.endswith(".py") and not any(mark in below for mark in _FOREIGN)


def _name(code: CodeType) -> str:
    return code.co_qualname.replace(".<locals>", "")
