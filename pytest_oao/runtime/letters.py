"""A file by which copies of a process tell their parent what it must know: an exception of theirs stays with them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

COPY_REMEDY = (
    "make the call in the process of the test, in a thread if need be, or name the host if it is part of the test's "
    "own set-up: oao_allow_hosts"
)


class Letter:
    """An empty file that any copy of this process may add a line to."""

    def __init__(self) -> None:
        number, path = tempfile.mkstemp(prefix="oao-")
        os.close(number)
        self.path = Path(path)

    def read(self) -> str:
        """Return the first line; nothing where nobody wrote."""
        with suppress(FileNotFoundError):
            return self.path.read_text("utf-8").partition("\n")[0]
        return ""

    def discard(self) -> None:
        """Delete the file: who writes from now on is not heard."""
        self.path.unlink(missing_ok=True)


def write_letter(path: Path, text: str) -> None:
    """Add a line to a letter, unless it is not awaited any more."""
    with suppress(OSError):
        number = os.open(path, os.O_WRONLY | os.O_APPEND)
        with open(number, "ab") as file:  # noqa: PTH123 - never created here
            file.write(text.replace("\n", " ").encode("utf-8", "replace") + b"\n")
