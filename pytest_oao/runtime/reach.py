"""What a session's code may reach beside its calls, and what of it is a call because the project says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_oao.runtime.hosts import require_hosts


@dataclass(frozen=True, slots=True)
class Reach:
    """The project's own word on what is let through, and what is recorded."""

    hosts: frozenset[str] = frozenset()
    """Hosts that may be connected to at any time; HTTP to them is a host call like any other's."""
    programs: tuple[str, ...] = ()
    """Names of programs, with `*`, whose processes are host calls."""


def reach_of(hosts: Iterable[str], programs: Iterable[str], where: str) -> Reach:
    """Return what is reached by what a user wrote; raises BadOption where a host is none."""
    return Reach(require_hosts(hosts, where), tuple(programs))
