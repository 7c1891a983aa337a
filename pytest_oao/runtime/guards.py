"""What a connection outside every admitted call means: in replay it is forbidden, while recording it has escaped."""

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.lanes import in_performance
from pytest_oao.runtime.network_guard import host_of, passes
from pytest_oao.runtime.running import current


class ReplayGuard:
    """Forbids every connection, but to hosts of the pass-through list."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    def __call__(self, event: str, address: str) -> None:
        """Raise EscapedCall, and poison the running session with it."""
        if in_performance() or passes(address, self.allowed):  # of a call that the project wants live
            return
        gateway = current()
        what = f"a connection to {address} was tried in replay ({event}), and stopped"
        own = f"; if the host is part of the test's own set-up, name it: oao_passthrough_hosts = {host_of(address)}"
        if gateway is None:
            raise EscapedCall(what, remedy=f"no managed test is running: mark the test with @pytest.mark.oao{own}")
        remedy = f"no library that pytest-oao sees makes this call{own}"
        raise gateway.halt(EscapedCall(what, where=_test(), remedy=remedy))


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
            f"a connection to {address} ({event}) is made by no call that pytest-oao sees; it cannot be recorded",
            where=_test(),
            remedy="use a client that is seen (on httpx, http.client, requests, urllib3, aiohttp, httplib2, tornado) "
            "or name the host if it is part of the test's own set-up: "
            f"oao_passthrough_hosts = {host_of(address)}",
        )
        if self.at_once or gateway.made:
            raise gateway.halt(escaped)
        self.noticed = self.noticed or escaped


def _test() -> str:
    gateway = current()
    return gateway.header.test if gateway is not None else ""
