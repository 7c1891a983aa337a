"""What a connection outside every admitted call means: in replay it is forbidden, while recording it has escaped."""

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.hosts import host_of, passes
from pytest_oao.runtime.lanes import in_performance
from pytest_oao.runtime.running import current


class ReplayGuard:
    """Forbids every connection, but to hosts that the project lets through."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    def __call__(self, event: str, address: str) -> None:
        """Raise EscapedCall, and poison the running session with it."""
        if in_performance() or passes(address, self.allowed):  # of a call that the project wants live
            return
        gateway = current()
        place = gateway.scribe.project.place() if gateway is not None else ""
        what = f"a connection to {address} was tried in replay ({event}){place}, and stopped"
        if gateway is None:
            own = f"; {_own(address)}"
            raise EscapedCall(what, remedy=f"no managed test is running: mark the test with @pytest.mark.oao{own}")
        remedy = f"no library that pytest-oao sees makes this call; {_own(address)}"
        raise gateway.halt(EscapedCall(what, where=gateway.header.test, remedy=remedy))


class RecordingGuard:
    """Notices connections that no admitted call is making: they would be missing in replay.

    Unless `at_once`, one made before the first call is let go and kept in `noticed`: without calls, nothing is missing.
    """

    def __init__(self, allowed: frozenset[str], *, at_once: bool = True) -> None:
        self.allowed = allowed
        self.at_once = at_once
        self.noticed: EscapedCall | None = None

    def __call__(self, event: str, address: str) -> None:
        """Raise EscapedCall, and poison the recording with it, unless an admitted call is being performed."""
        gateway = current()
        if gateway is None or in_performance() or passes(address, self.allowed):
            return
        escaped = EscapedCall(
            f"a connection to {address} ({event}){gateway.scribe.project.place()} "
            "is made by no call that pytest-oao sees; it cannot be recorded",
            where=gateway.header.test,
            remedy="use a client that is seen (on httpx, http.client, requests, urllib3, aiohttp, httplib2, tornado); "
            f"{_own(address)}",
        )
        if self.at_once or gateway.made or gateway.disowned:
            raise gateway.halt(escaped)
        self.noticed = self.noticed or escaped


def _own(address: str) -> str:
    """Say how the host of an address is let through."""
    return f"if the host is part of the test's own set-up, name it: oao_allow_hosts = {host_of(address)}"
