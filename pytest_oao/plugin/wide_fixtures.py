"""Fixtures wider than a test: a call of theirs would be recorded with whichever test runs first, so it is refused."""

from typing import Any

import pytest

from pytest_oao.errors import EscapedCall
from pytest_oao.plugin.managed_test import ManagedTest
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.running import start, stop
from pytest_oao.runtime.sources import Refusal
from pytest_oao.runtime.terms import Terms


class WideFixture:
    """The time in which a wide fixture is made, or taken down, while a managed test is open: its calls are refused.

    A halt of theirs is the test's as well.
    """

    def __init__(self, test: ManagedTest, fixture: pytest.FixtureDef[Any]) -> None:
        self.test = test.gateway
        scribe = self.test.scribe
        source = Refusal(lambda call: _refused(fixture, scribe.redactor.url(call.target)))
        self.gateway = Gateway(self.test.header, source, scribe, Terms(self.test.terms.passthrough))

    def __enter__(self) -> None:
        start(self.gateway)

    def __exit__(self, *_: object) -> None:
        stop(self.gateway)
        if self.gateway.halted is not None:
            self.test.halt(self.gateway.halted)


def _refused(fixture: pytest.FixtureDef[Any], target: str) -> EscapedCall:
    return EscapedCall(
        f"the {fixture.scope}-scoped fixture {fixture.argname!r} makes a host call "
        f"({target}): it would belong to whichever test runs first",
        where=fixture.baseid,
        remedy="give the fixture function scope, so that each test records the call, "
        "or name the host in oao_passthrough_hosts",
    )
