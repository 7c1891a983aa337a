"""Fixtures wider than a test: a call of theirs would be recorded with whichever test runs first, so it is refused."""

from typing import Any

import pytest

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import EscapedCall
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Outcome
from pytest_oao.plugin.managed_test import ManagedTest
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import start, stop


class NoCalls:
    """A source that refuses every call of a fixture, by the fixture's name."""

    def __init__(self, fixture: pytest.FixtureDef[Any], redactor: Redactor) -> None:
        self.fixture = fixture
        self.redactor = redactor

    def answer(self, call: Call) -> Exchange | None:
        """Raise EscapedCall."""
        raise EscapedCall(
            f"the {self.fixture.scope}-scoped fixture {self.fixture.argname!r} makes a host call "
            f"({self.redactor.url(call.target)}): it would belong to whichever test runs first",
            where=self.fixture.baseid,
            remedy="give the fixture function scope, so that each test records the call, "
            "or name the host in oao_passthrough_hosts",
        )

    def delay(self, seconds: float) -> float:
        """Return the whole delay."""
        return seconds

    def overrun(self, outcome: Outcome, cause: str) -> None:
        """Accept it: nothing was answered."""

    def finish(self, due: int | None = None) -> None:
        """Accept the end."""


class Setting:
    """The time in which a wide fixture is made, or taken down, for a managed test: no session is open then."""

    def __init__(self, test: ManagedTest, fixture: pytest.FixtureDef[Any]) -> None:
        self.test = test.gateway
        scribe = self.test.scribe
        self.gateway = Gateway(self.test.header, NoCalls(fixture, scribe.redactor), scribe, self.test.passthrough)

    def __enter__(self) -> None:
        start(self.gateway)

    def __exit__(self, *_: object) -> None:
        stop(self.gateway)
        if self.gateway.halted is not None:
            self.test.halt(self.gateway.halted)
