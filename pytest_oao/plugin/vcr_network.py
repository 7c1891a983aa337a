"""`block_network` and `--block-network`: no connection but to allowed hosts, refused as pytest-recording does."""

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest

from pytest_oao.runtime.hosts import host_of
from pytest_oao.runtime.network_guard import guarded


def require_sound(marker: pytest.Mark, where: str) -> None:
    """Refuse arguments of the marker that nobody knows."""
    if marker.args or set(marker.kwargs) - {"allowed_hosts"}:
        pytest.fail(f"oao: {where}: @pytest.mark.block_network takes allowed_hosts= and nothing else", pytrace=False)


def blocked(allowed: Iterable[str] | None) -> AbstractContextManager[None]:
    """Have connections refused to hosts whose address or name none of the regular expressions matches."""
    pattern = None if allowed is None else re.compile("|".join(f"({one})" for one in allowed))

    def judge(event: str, address: str) -> None:
        host = host_of(address)
        if event == "socket.connect" and not (pattern and pattern.match(host)):
            raise RuntimeError(f"Network is disabled for host {host!r}")

    return guarded(judge)
