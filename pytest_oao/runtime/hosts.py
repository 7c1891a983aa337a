"""Hosts as users name them: by name, address or network, with or without a port."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pytest_oao.errors import BadOption

_PORTS = 65_536


@dataclass(frozen=True, slots=True)
class Host:
    """One entry of a list of hosts."""

    name: str
    """A name of hosts, in small letters; empty where it is a network."""
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    """An address is a network of one."""
    port: int | None = None
    """The only port that is meant; None for all."""

    def admits(self, host: str, port: int | None) -> bool:
        """Whether a connection to `host`, a name or an address, is meant; a look-up has no port yet."""
        if None not in {self.port, port} and self.port != port:
            return False
        if self.network is not None:
            return _within(host, self.network)
        return host.lower() == self.name or host in _addresses(self.name)


def passes(address: str, hosts: Iterable[str]) -> bool:
    """Whether `host:port` is one of the hosts: by its name, by an address that a name stands for, or by its network."""
    host, port = host_of(address), _port_of(address)
    return any(host_entry(entry).admits(host, port) for entry in hosts)


def host_of(address: str) -> str:
    """Return the host of `host:port`."""
    return address.rpartition(":")[0].strip("[]")


def require_hosts(entries: Iterable[str], where: str) -> frozenset[str]:
    """Return a list of hosts as users wrote it; raises BadOption, naming the setting, where one is no host."""
    for entry in entries:
        try:
            host_entry(entry)
        except ValueError as error:
            remedy = f"write names, addresses or networks: {where} = db.test 10.0.0.0/8 127.0.0.1:5432 [::1]:6379"
            raise BadOption(f"{entry!r} is no host: {error}", where=where, remedy=remedy) from error
    return frozenset(entries)


def require_names(entries: Iterable[str], where: str) -> frozenset[str]:
    """Return a list of hosts that URLs are compared with: names and addresses, no ports and no networks."""
    for entry in require_hosts(entries, where):
        host = host_entry(entry)
        if host.port is not None or (host.network is not None and host.network.num_addresses > 1):
            remedy = "write a name or an address; oao_allow_hosts takes ports and networks, for what is not HTTP"
            raise BadOption(f"{entry!r} is more, or less, than a host", where=where, remedy=remedy)
    return frozenset(entries)


@lru_cache(maxsize=256)
def host_entry(text: str) -> Host:
    """Read one entry; raises ValueError."""
    name, port = _split(text)
    try:
        return Host("", ipaddress.ip_network(name, strict=False), port)
    except ValueError:
        if not name or set(name) & set("/:*@ "):
            raise
        return Host(name.lower(), None, port)


def _split(text: str) -> tuple[str, int | None]:
    """Split `name:port`, `address:port`, `[IPv6]:port`; a bare IPv6 address has colons of its own."""
    if text.startswith("["):
        name, _, port = text[1:].partition("]")
        return name, _number(port.removeprefix(":")) if port else None
    if text.count(":") == 1:
        name, _, port = text.partition(":")
        return name, _number(port)
    return text, None


def _number(port: str) -> int:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < _PORTS):
        raise ValueError(f"{port!r} is no port")
    return int(port)


def _port_of(address: str) -> int | None:
    port = address.rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() else None


def _within(host: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address in network or (mapped is not None and mapped in network)


def _addresses(name: str) -> frozenset[str]:
    """Look a host up; not kept, since a name may stand for other addresses a moment later."""
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(name, None))
    except OSError:
        return frozenset()
