"""What a session's code may reach beside its calls, and what of it is a call because the project says so."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_oao.errors import BadOption
from pytest_oao.runtime.hosts import require_hosts


@dataclass(frozen=True, slots=True)
class Reach:
    """The project's own word on what is let through, and what is recorded."""

    hosts: frozenset[str] = frozenset()
    """Hosts that may be connected to at any time; HTTP to them is a host call like any other's."""
    programs: tuple[str, ...] = ()
    """Names of programs, with `*`, whose processes are host calls."""
    temporary: str = ""
    """The folder of temporary files where that is another in each run, and not one that `tempfile` knows."""


def reach_of(hosts: Iterable[str], programs: Iterable[str], where: str) -> Reach:
    """Return what is reached by what a user wrote; raises BadOption where a host is none."""
    programs = tuple(programs)
    if programs and sys.platform == "win32":
        what = f"processes ({' '.join(programs)}) are not recorded on Windows"
        raise BadOption(what, where="oao_subprocesses", remedy="leave it out, or wrap what starts them as a tool")
    return Reach(require_hosts(hosts, where), programs)
