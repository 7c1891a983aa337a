"""Exceptions of tools ⇄ what is kept of them."""

from asyncio import CancelledError
from typing import cast

from pytest_oao.model.outcomes import Raised
from pytest_oao.values.decoding import decode
from pytest_oao.values.encoding import exception_form


def raised_of(error: BaseException) -> Raised:
    """Return what is kept of an exception."""
    name = type(error).__name__
    if isinstance(error, CancelledError):
        return Raised("Cancelled", str(error))
    return Raised(name, str(error), exception_form(error))


def exception_of(raised: Raised) -> BaseException:
    """Make a recorded exception again; raises Unreadable."""
    if raised.detail is None:
        return RuntimeError(f"{raised.type}: {raised.message}")
    return cast("BaseException", decode(raised.detail))
