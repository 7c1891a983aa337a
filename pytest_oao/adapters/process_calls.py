"""Processes as host calls: what a command line asks for, and what is kept of how its process ended."""

import os
import re
import shlex
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from pytest_oao.cassette.encodings import compact
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON, JSONObject
from pytest_oao.model.kinds import PROCESS
from pytest_oao.model.outcomes import Returned
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import encode

"""OpenTelemetry has `process.*` attributes and no operation for this; so it is named as `execute_tool` is."""
_JSON = "application/json"
_TEMPORARY = "<tmp>"
_TEST_FOLDER = re.compile(rf"{re.escape(tempfile.gettempdir())}/pytest-of-[^/\s]+/pytest-\d+(?=/|$)")
"""Where pytest's temporary folders are: another number in each run."""

Captured = bytes | None


@dataclass(frozen=True, slots=True)
class Command:
    """What a process is started with."""

    words: tuple[str, ...]
    """The program and its arguments; the whole line as one word where a shell reads it."""
    shell: bool = False
    cwd: str = ""
    """The folder it starts in; empty for that of this process."""
    stdin: int = -1
    """The file descriptor that it reads; -1 where it is this process's own."""

    @property
    def program(self) -> str:
        """The name of the program; of a shell's line, its first word."""
        return os.path.basename(self._first())  # noqa: PTH119 - a name as users write it

    def _first(self) -> str:
        if not self.shell:
            return self.words[0] if self.words else ""
        try:
            return next(iter(shlex.split(self.words[0])), "")
        except ValueError:  # a quotation that the shell will complain of
            return self.words[0].partition(" ")[0]

    def is_one_of(self, programs: Sequence[str]) -> bool:
        """Whether the project has the program's processes recorded; a shell's line also goes by the name `sh`."""
        names = [self.program, "sh"] if self.shell else [self.program]
        return any(fnmatchcase(name, pattern) for pattern in programs for name in names)


def command_of(args: object, *, shell: bool = False, cwd: object = None, stdin: int = -1) -> Command:
    """Return the command of what `Popen` is given."""
    words = args if isinstance(args, list | tuple) else [args]
    return Command(tuple(map(_text, words)), shell, "" if cwd is None else _text(cwd), stdin)


def process_call(gateway: Gateway, command: Command) -> Call:
    """Return the call that starts a process."""
    words = [_portable(word, gateway) for word in command.words]
    if not command.shell and Path(words[0] if words else "").is_absolute():
        words[0] = command.program
    asked: JSONObject = {"command": words[0]} if command.shell else {"args": list(words)}
    folder = _portable(str(Path(command.cwd).absolute()), gateway)
    if folder != ".":
        asked["cwd"] = folder
    data = _file_input(command.stdin)
    if data:
        asked["input"] = kept(data)
    attributes: Mapping[str, JSON] = {"process.executable.name": command.program}
    return Call(PROCESS, command.program, _body(asked), gateway.lane.path, attributes=attributes)


def input_call(command: Command, data: bytes, lane: str) -> Call:
    """Return the call that writes to a process that runs: it is a strand of its own, and ends when the input does."""
    return Call(PROCESS, f"{command.program} < input", _body({"input": kept(data)}), lane)


@dataclass(slots=True)
class ProcessEnd:
    """What is kept of a process."""

    returncode: int | None = None
    """None where it still ran when the session ended."""
    stdout: Captured = None
    """What it wrote to what the agent gave it; None where that was this process's own, or nothing."""
    stderr: Captured = None
    signals: list[int] = field(default_factory=list)
    """What the agent sent it before it ended: without them it does not end in replay either."""
    polls: int = 0
    """How often the agent asked, and it was still running."""
    expired: list[tuple[Captured, Captured]] = field(default_factory=list)
    """What had been written whenever the agent waited no longer."""
    unread: bool = False
    """Whether it ended without reading all of its input: how much it read is chance."""

    fed: bool = False
    """Whether its input had ended when it did: then it does not end before that in replay."""

    def outcome(self) -> Returned:
        """Return it as the outcome of a call."""
        facts: JSONObject = {"returncode": self.returncode}
        if self.stdout is not None:
            facts["stdout"] = kept(self.stdout)
        if self.stderr is not None:
            facts["stderr"] = kept(self.stderr)
        more: JSONObject = {"signals": list(self.signals), "polls": self.polls, "unread": self.unread, "fed": self.fed}
        facts |= {name: value for name, value in more.items() if value}
        if self.expired:
            facts["expired"] = [[_maybe_kept(part) for part in parts] for parts in self.expired]
        return Returned(_body(facts))


def end_of(body: Body) -> ProcessEnd:
    """Return what a recorded outcome says."""
    facts = cast("dict[str, Any]", body.json())
    expired = [cast("tuple[Captured, Captured]", tuple(map(_maybe_read, parts))) for parts in facts.get("expired", ())]
    return ProcessEnd(
        facts["returncode"],
        _maybe_read(facts.get("stdout")),
        _maybe_read(facts.get("stderr")),
        list(facts.get("signals", ())),
        facts.get("polls", 0),
        expired,
        unread=facts.get("unread", False),
        fed=facts.get("fed", False),
    )


def kept(data: bytes) -> JSON:
    """Return bytes as text where they are UTF-8, which people can read and secrets can be found in."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return encode(data)


def _maybe_kept(data: Captured) -> JSON:
    return None if data is None else kept(data)


def _maybe_read(data: JSON) -> Captured:
    return data.encode("utf-8") if isinstance(data, str) else cast("Captured", decode(data))


def _body(facts: JSONObject) -> Body:
    return Body(compact(facts), _JSON)


def _text(word: object) -> str:
    return os.fsdecode(word) if isinstance(word, str | bytes | os.PathLike) else str(word)


def _portable(text: str, gateway: Gateway) -> str:
    """Return a text that may name files, as it is on another machine: below the project, or a test's own folder."""
    root, temporary = gateway.scribe.project.root, gateway.terms.reach.temporary
    if text == root.rstrip(os.sep):
        return "."
    for folder in sorted((root, temporary), key=len, reverse=True):  # either may lie in the other
        if folder:
            text = text.replace(folder, "" if folder == root else _TEMPORARY)
    return _TEST_FOLDER.sub(_TEMPORARY, text)


def _file_input(number: int) -> bytes:
    """Return what is still to be read of a file that is a process's input; nothing of pipes and devices."""
    if number < 0 or not stat.S_ISREG(os.fstat(number).st_mode):
        return b""
    return os.pread(number, os.fstat(number).st_size, os.lseek(number, 0, os.SEEK_CUR))
