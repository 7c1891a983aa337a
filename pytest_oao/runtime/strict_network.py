"""No socket of the Internet's for this process and its children, whoever asks, for the rest of its life: by seccomp.

The kernel holds it, so it holds for C code and for programs that a test starts; nobody can take it out again. On PyPI
there is no library for it that is kept and needs no C library beside it (looked for in 2026-11), so the two calls that
it takes are made here.
"""

import ctypes
import errno
import os
import platform
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pytest_oao.errors import BadOption
from pytest_oao.runtime.seccomp_program import ABIS, FAMILIES, program

OPTION = "--oao-strict-network"
_NO_NEW_PRIVILEGES, _SET_FILTER, _ALL_THREADS = 38, 1, 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}
"""The number of the call `seccomp`, which the C library has no name for."""
_REMEDY = f"run without {OPTION}: the guard of --oao-replay sees what Python code sends, on every system"

_installed: list[bool] = []


class _Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def forbid_network() -> None:
    """Make sockets of the Internet's impossible in all threads of this process, and in what it starts from now on.

    Raises BadOption, and has changed nothing, where the system cannot or where such a socket is open already.
    """
    if _installed:
        return
    machine = _supported_machine()
    _require_no_open_socket()
    _install(machine)
    _require_refused()
    _installed.append(True)


def _supported_machine() -> str:
    machine = platform.machine()
    if sys.platform != "linux":
        raise BadOption(f"needs seccomp, which is Linux's; this is {sys.platform}", where=OPTION, remedy=_REMEDY)
    if machine not in ABIS or sys.maxsize < 1 << 32:
        known = " and ".join(ABIS)
        raise BadOption(f"knows the system calls of {known} (64 bits), not of {machine}", where=OPTION, remedy=_REMEDY)
    return machine


def _require_no_open_socket() -> None:
    """Refuse where a socket of the Internet's is open: what is sent through it, no filter stops."""
    for number, peer in _open_sockets():
        raise BadOption(
            f"file descriptor {number} is a network socket already ({peer}): bytes could leave through it",
            where=OPTION,
            remedy="open connections in fixtures, not while conftest.py is loaded; a debugger in an IDE has one, too",
        )


def _open_sockets() -> Iterator[tuple[int, str]]:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers are asked for, not paths
        with suppress(OSError):  # the folder's own descriptor is gone by now
            if not str(Path("/proc/self/fd", name).readlink()).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                if one.family not in FAMILIES:
                    yield int(name), _peer(one)


def _peer(one: socket.socket) -> str:
    try:
        return f"connected to {one.getpeername()}"
    except OSError:
        return f"bound to {one.getsockname()}"


def _install(machine: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    code = program(machine)
    wanted = _Filter(len(code) // 8, code)
    if libc.prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise _refused(ctypes.get_errno())
    numbers = map(ctypes.c_long, (_SECCOMP[machine], _SET_FILTER, _ALL_THREADS))
    done = libc.syscall(*numbers, ctypes.byref(wanted))
    if done > 0:
        raise BadOption(f"thread {done} of this process has a filter of its own", where=OPTION, remedy=_REMEDY)
    if done:
        raise _refused(ctypes.get_errno())


def _refused(number: int) -> BadOption:
    what = f"this kernel, or the container, refuses seccomp filters ({os.strerror(number)})"
    return BadOption(what, where=OPTION, remedy=_REMEDY)


def _require_refused() -> None:
    """Look whether the filter holds: some sandboxes accept one and ignore it."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
        except OSError as error:
            if error.errno in {errno.EPERM, errno.EAFNOSUPPORT}:
                continue
        raise BadOption("the filter was accepted and does not hold", where=OPTION, remedy=_REMEDY)
