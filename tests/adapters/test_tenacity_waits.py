import asyncio
import time

import pytest
from adapter_samples import call, replay

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.tenacity_waits import TenacityWaits

tenacity = pytest.importorskip("tenacity")

pytestmark = pytest.mark.usefixtures("no_engine")

EARLY = tenacity.Retrying(stop=tenacity.stop_after_delay(10), wait=tenacity.wait_fixed(3), reraise=True)
"""Made before anything is patched, as a decorator at the top of an agent's module is."""


@pytest.fixture(autouse=True)
def patched():
    installation = Installation([TenacityWaits()])
    yield
    installation.uninstall()
    assert "sleep" not in vars(tenacity.BaseRetrying)
    assert EARLY.sleep is tenacity.nap.sleep
    assert tenacity.time is time


@pytest.fixture
def gateway():
    with replay() as gateway:
        yield gateway


class Refused:
    """A function that makes one host call each time, and fails."""

    def __init__(self, gateway, calls=1):
        self.gateway, self.calls, self.attempts = gateway, calls, 0

    def __call__(self):
        for _ in range(self.calls):
            self.gateway.admit(call(self.gateway.made + 1))
        self.attempts += 1
        raise ConnectionError

    async def later(self):
        self()


def seconds(run):
    begun = time.monotonic()
    with pytest.raises(ConnectionError):
        run()
    return time.monotonic() - begun


def test_waits_after_host_calls_are_skipped_and_count(gateway):
    refused = Refused(gateway)
    assert seconds(lambda: EARLY(refused)) < 2
    assert refused.attempts == 5  # at 0, 3, 6, 9 and 12 seconds
    assert EARLY.statistics["idle_for"] == 12


def test_asynchronous_ones_too(gateway):
    refused = Refused(gateway)
    retrying = tenacity.AsyncRetrying(stop=tenacity.stop_after_delay(10), wait=tenacity.wait_fixed(3), reraise=True)
    assert seconds(lambda: asyncio.run(retrying(refused.later))) < 2
    assert refused.attempts == 5


def test_waits_for_something_else_are_slept(gateway):
    refused = Refused(gateway, calls=0)
    gateway.admit(call(1))  # one before the attempt says nothing about it
    retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_fixed(0.1), reraise=True)
    assert seconds(lambda: retrying(refused)) >= 0.2


def test_without_a_session_waits_are_slept():
    retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_fixed(0.1), reraise=True)

    def refused():
        raise ConnectionError

    assert seconds(lambda: retrying(refused)) >= 0.1


def test_a_sleep_of_the_agents_own_is_left_alone(gateway):
    slept = []
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_fixed(3), reraise=True, sleep=slept.append
    )
    seconds(lambda: retrying(Refused(gateway)))
    assert slept == [3, 3]
    assert retrying.sleep == slept.append


def test_copies_and_decorators_work_as_before(gateway):
    refused = Refused(gateway)
    copied = EARLY.copy(stop=tenacity.stop_after_attempt(2))
    assert vars(copied)["sleep"] is tenacity.nap.sleep

    @tenacity.retry(stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_fixed(30), reraise=True)
    def decorated():
        refused()

    assert seconds(lambda: copied(refused)) < 2
    assert seconds(decorated) < 2
    assert refused.attempts == 4
