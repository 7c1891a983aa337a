"""What is stopped before the kernel refuses it, in a process without network: so that test, place and remedy are told.

An audit hook that stays, beside the one of the network guard, which sees no socket before it is used.
"""

import os
import sys
from errno import EPERM
from types import FrameType

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.lanes import in_performance
from pytest_oao.runtime.running import current
from pytest_oao.runtime.seccomp_program import FAMILIES
from pytest_oao.runtime.sites import is_ours
from pytest_oao.runtime.strict_network import OPTION, forbid_network

_ANY_FAMILY = -1
"""Said of a socket that is made of a file descriptor: it was there before."""
_STARTS = {
    "subprocess.Popen": 1,
    "os.exec": 1,
    "os.posix_spawn": 1,
    "os.spawn": 2,
    "os.system": 0,
    "os.startfile": 0,
    "pty.spawn": 0,
    "os.fork": None,
    "os.forkpty": None,
}
"""Events of a process that is started, and which argument is its command line."""
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - compared with the names of source files
_ASKING = frozenset(_LIBRARY + name.replace("/", os.sep) for name in ("platform.py", "uuid.py", "ctypes/util.py"))
"""Modules of the standard library that ask this machine about itself by small programs."""
_STARTING = frozenset(_LIBRARY + name for name in ("subprocess.py", "os.py", "pty.py"))

_installed: list[bool] = []


def be_strict() -> None:
    """Take the network away, and have attempts told; raises BadOption where that cannot be."""
    forbid_network()
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.__new__":
        if args[1] not in {_ANY_FAMILY, *FAMILIES} and not _probes(sys._getframe(1)):  # noqa: SLF001 - who asks tells
            _stop_socket()
    elif event in _STARTS:
        require_no_process(_command(event, args))


def _stop_socket() -> None:
    """Raise EscapedCall for a managed test; elsewhere what the kernel would, in words."""
    gateway = current()
    if gateway is None or in_performance():
        raise PermissionError(EPERM, f"under {OPTION} this process and its children can make no network socket")
    raise _stopped(
        gateway,
        "a network socket was asked for",
        f"{OPTION} leaves none to connect or to listen with: have the call recorded, or do without the option",
    )


def require_no_process(command: str) -> None:
    """Raise EscapedCall where a process without network is about to start another one for a managed test."""
    gateway = current()
    if not _installed or gateway is None or in_performance() or _asks_the_machine():
        return
    what = f"a process was about to start ({gateway.scribe.redactor.text(command)})"
    remedy = f"{OPTION} starts none for a managed test: have its program recorded, oao_subprocesses = {_name(command)}"
    raise _stopped(gateway, what, remedy)


def _stopped(gateway: Gateway, what: str, remedy: str) -> BaseException:
    what = f"{what} in replay{gateway.scribe.project.place()}, and stopped"
    return gateway.halt(EscapedCall(what, where=gateway.header.test, remedy=remedy))


def _probes(frame: FrameType) -> bool:
    """Whether a library looks whether there is IPv6, as urllib3 does when it is imported: it wants to hear of none."""
    caller = frame.f_back if frame.f_code.co_name == "__init__" else frame
    return caller is not None and "ipv6" in caller.f_code.co_name


def _asks_the_machine() -> bool:
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - who starts it is all that tells
    while frame is not None and (frame.f_code.co_filename in _STARTING or is_ours(frame.f_code.co_filename)):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename in _ASKING


def _command(event: str, args: tuple[object, ...]) -> str:
    place = _STARTS[event]
    command = "a copy of this one" if place is None else args[place]
    words = command if isinstance(command, list | tuple) else [command]
    return " ".join(map(_word, words))


def _word(word: object) -> str:
    if not isinstance(word, str | bytes | os.PathLike):
        return str(word)
    return os.fsdecode(word)


def _name(command: str) -> str:
    return os.path.basename(command.partition(" ")[0])  # noqa: PTH119 - a name of a program, not a path
