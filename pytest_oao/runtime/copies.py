"""Copies of the process that a session makes, forked or spawned: a call of theirs is refused, and their parent told.

What they were asked would stand in no order with the calls of the others, and their memory of the session is a copy.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.hosts import passes
from pytest_oao.runtime.letters import COPY_REMEDY, Letter, write_letter
from pytest_oao.runtime.network_guard import watch
from pytest_oao.runtime.sources import Refusal

_watched: list[Sequence[Gateway]] = []


def watch_copies(running: Sequence[Gateway]) -> None:
    """Have the sessions that are in the list when this process is forked refuse the calls of the copy."""
    if not _watched and hasattr(os, "register_at_fork"):  # as an audit hook, it stays
        _watched.append(running)
        os.register_at_fork(before=_before, after_in_child=_in_copy)


def _before() -> None:
    for gateway in tuple(_watched[0]):
        awaited(gateway)


def awaited(gateway: Gateway) -> Path:
    """Return the file by which a copy tells the session what it did, made when there is the first copy."""
    if gateway.letter is None:
        gateway.letter = Letter()
    return gateway.letter.path


def _in_copy() -> None:
    for gateway in tuple(_watched[0]):
        if gateway.letter is not None:
            disown(gateway, gateway.letter.path)


def disown(gateway: Gateway, letter: Path) -> None:
    """Have a copy's gateway refuse every call, and tell by a letter what it refused."""
    redactor = gateway.scribe.redactor
    source = Refusal(lambda call: _refused(f"a call ({redactor.url(call.target)}){gateway.scribe.project.place()}"))
    gateway.disown(source, lambda halt: write_letter(letter, redactor.text(_told(halt.what))))


def hold(test: str, letter: str, hosts: tuple[str, ...]) -> None:
    """Stop what a spawned process sends, for it has no session, and tell the one that spawned it."""

    def judge(event: str, address: str) -> None:
        if passes(address, hosts):
            return
        halt = _refused(f"a connection to {address} ({event})", test)
        write_letter(Path(letter), halt.what)
        raise halt

    watch(judge)


def _told(what: str) -> str:
    """Say where it happened, once."""
    where = "in a copy of the test's process (forked, or spawned by multiprocessing), "
    return what if what.startswith(where) else f"{where}{what}"


def _refused(what: str, test: str = "") -> EscapedCall:
    return EscapedCall(
        _told(f"{what} was made, and stopped: it can be neither recorded nor replayed"),
        where=test,
        remedy=COPY_REMEDY,
    )
