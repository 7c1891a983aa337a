"""Calls that nobody can keep: their session is over."""

from pytest_oao.errors import EscapedCall


def made_too_late(target: str, test: str) -> EscapedCall:
    """Return what a call is that was made when its session had ended."""
    return EscapedCall(
        f"a call ({target}) was made after its session had ended",
        where=test,
        remedy="inside it, wait for the threads, tasks and processes that are started there",
    )
