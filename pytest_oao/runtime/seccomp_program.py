"""The seccomp filter that leaves a process no socket but those of its own machine, as the kernel reads it.

The filter sees numbers only: which call, of which instruction set, with which arguments, never what a pointer points
at. So it cannot tell one host from another; but a socket has its family in the first argument, and without a socket
of the Internet's there is nothing to send with.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from errno import ENOSYS, EPERM

ALLOW = 0x7FFF0000
FAIL = 0x00050000
"""Plus the error number that the refused call returns."""

_LOAD, _EQUAL, _HAS_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Where `struct seccomp_data` has them; of an argument the low half, which is all the kernel reads of a family."""

FAMILIES = (1, 16, 38)
"""AF_UNIX, AF_NETLINK (asks the kernel about itself) and AF_ALG (its ciphers): none of them leaves the machine."""
_RINGS = (425, 426, 427)
"""io_uring's calls: what is asked for through its memory is seen by no filter."""
_TAKE_A_SOCKET = (438,)
"""`pidfd_getfd`: takes an open socket out of another process."""
_SOCKETCALL, _MAKE_SOCKET = 102, 1
"""All socket calls of the oldest 32-bit programs; their arguments lie behind a pointer, but for which one it is."""
_X32 = 0x40000000
"""Set in the numbers of a third way to call an x86-64 kernel, which hardly anybody uses."""

Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Abi:
    """One way in which programs call the kernel of a machine."""

    audit: int
    """`AUDIT_ARCH_…`."""
    socket: int
    """The number of `socket`."""
    socketcall: bool = False
    x32: bool = False


ABIS = {
    "x86_64": (Abi(0xC000003E, socket=41, x32=True), Abi(0x40000003, socket=359, socketcall=True)),
    "aarch64": (Abi(0xC00000B7, socket=198), Abi(0x40000028, socket=281, socketcall=True)),
}
"""By what `platform.machine()` says: its own instruction set, then the one of its 32-bit programs."""


def program(machine: str) -> bytes:
    """Return the filter for a machine of `ABIS`, as an array of `struct sock_filter`."""
    code: list[Instruction] = [(_LOAD, 0, 0, _ARCHITECTURE)]
    for abi in ABIS[machine]:
        block = _block(abi)
        code += [(_EQUAL, 0, len(block), abi.audit), *block]
    code.append(_verdict(FAIL | ENOSYS))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _block(abi: Abi) -> Sequence[Instruction]:
    """Return what judges a call of one instruction set."""
    code: list[Instruction] = [(_LOAD, 0, 0, _NUMBER)]
    if abi.x32:
        code += [(_HAS_BIT, 0, 1, _X32), _verdict(FAIL | ENOSYS)]
    for number in _RINGS:
        code += _when(number, [_verdict(FAIL | ENOSYS)])
    for number in _TAKE_A_SOCKET:
        code += _when(number, [_verdict(FAIL | EPERM)])
    code += _when(abi.socket, _argument_in(FAMILIES, inside=ALLOW, outside=FAIL | EPERM))
    if abi.socketcall:
        code += _when(_SOCKETCALL, _argument_in((_MAKE_SOCKET,), inside=FAIL | EPERM, outside=ALLOW))
    return [*code, _verdict(ALLOW)]


def _argument_in(values: Sequence[int], *, inside: int, outside: int) -> Sequence[Instruction]:
    code: list[Instruction] = [(_LOAD, 0, 0, _FIRST_ARGUMENT)]
    for value in values:
        code += _when(value, [_verdict(inside)])
    return [*code, _verdict(outside)]


def _when(value: int, then: Sequence[Instruction]) -> Sequence[Instruction]:
    """Return `then`, passed over unless what was loaded last is `value`; it ends in a verdict."""
    return [(_EQUAL, 0, len(then), value), *then]


def _verdict(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)
