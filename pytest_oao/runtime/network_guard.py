"""Proof that nothing goes out: an audit hook that sees every connection and look-up of this process.

An audit hook cannot be taken out again, so there is one for the life of the process; it looks at what is guarded now.
Processes that the tests start, and C code that calls the kernel itself, are not seen.
"""

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_REVERSE = frozenset({"socket.gethostbyaddr", "socket.getnameinfo"})
"""Look-ups that ask a name server for numbers, too."""
_WATCHED = _SENDING | _REVERSE | {"socket.getaddrinfo", "socket.gethostbyname"}

Judge = Callable[[str, str], None]
"""Called with the event and the address (`host:port`); raises to forbid the connection."""

_judges: list[Judge] = []
_installed: list[bool] = []


@contextmanager
def guarded(judge: Judge) -> Iterator[None]:
    """Have `judge` called before each connection, look-up and datagram to an Internet address."""
    _install()
    _judges.append(judge)
    try:
        yield
    finally:
        _judges.remove(judge)


def watch(judge: Judge) -> None:
    """Have `judge` called so from now on, as long as the process lives."""
    _install()
    if judge not in _judges:
        _judges.append(judge)


def _install() -> None:
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event not in _WATCHED or not _judges:  # this line runs dozens of times a call, whenever an SDK asks for an id()
        return
    address = _address(event, args)
    if address and not _pairs_sockets():
        for judge in tuple(_judges):
            judge(event, address)


def _pairs_sockets() -> bool:
    """Whether the standard library connects two sockets of this process, as every event loop does on Windows."""
    frame = sys._getframe(1).f_back  # noqa: SLF001 - who connects is all that tells
    if frame is None or frame.f_code.co_filename != socket.__file__:
        return False
    return frame.f_code.co_name in {"socketpair", "_fallback_socketpair"}


def _address(event: str, args: tuple[object, ...]) -> str:
    """Return `host:port`, or the empty string for sockets of this machine's own (Unix, netlink)."""
    if event in _SENDING:
        address = args[1] if len(args) > 1 else None
        return f"{address[0]}:{address[1]}" if isinstance(address, tuple) and len(address) > 1 else ""
    host = args[0]
    if isinstance(host, tuple):
        host = host[0]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if event in _REVERSE:
        return "" if _own(str(host)) else f"{host}:"
    if not host or _numeric(str(host)):  # no look-up leaves the process for these; the connection is judged
        return ""
    return f"{host}:{args[1] if len(args) > 1 else ''}"


def _own(host: str) -> bool:
    """Whether a host is this machine: the system answers for it without a name server."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"", "localhost", socket.gethostname()}


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    return True
