import asyncio
import time
from types import ModuleType

import pytest
from adapter_samples import recording, replay

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.sdk_retries import SdkRetries
from pytest_oao.adapters.skipped_waits import Asyncio, Time, waited

pytestmark = pytest.mark.usefixtures("no_engine")


def test_a_wait_is_skipped_in_replay_alone():
    assert waited(5) == 5
    with recording():
        assert waited(5) == 5
    with replay():
        assert waited(5) == 0


def test_what_was_skipped_has_passed_all_the_same():
    clock, begun = Time(time), time.monotonic()
    before, day = clock.monotonic(), clock.time()
    with replay():
        clock.sleep(100)
        asyncio.run(slept(Asyncio(asyncio)))
    assert 100 <= clock.monotonic() - before < 110
    assert 100 <= clock.time() - day < 110
    assert time.monotonic() - begun < 10


async def slept(library):
    assert await library.sleep(1000, "slept") == "slept"


def test_the_rest_of_a_module_is_its_own():
    assert Time(time).perf_counter is time.perf_counter
    assert Asyncio(asyncio).Lock is asyncio.Lock


@pytest.fixture
def retries():
    module = pytest.importorskip("mistralai.client.utils.retries")
    installation = Installation([SdkRetries()])
    yield module
    installation.uninstall()
    assert isinstance(module.time, ModuleType)


LIMITED = {"initial_interval": 3000, "max_interval": 3000, "exponent": 1, "max_elapsed_time": 10_000, "jitter_ms": 0}
"""Tries at 0, 3, 6, 9 and 12 seconds."""


def test_an_sdk_gives_up_after_as_many_attempts_as_if_it_had_waited(retries):
    attempts, begun = [], time.monotonic()

    def refused():
        attempts.append(1)
        raise ConnectionError

    async def refused_async():
        refused()

    with replay():
        with pytest.raises(ConnectionError):
            retries.retry_with_backoff(refused, **LIMITED)
        with pytest.raises(ConnectionError):
            asyncio.run(retries.retry_with_backoff_async(refused_async, **LIMITED))
    assert len(attempts) == 10
    assert time.monotonic() - begun < 3


def test_every_wait_that_is_patched_is_patched_and_put_back():
    cohere = pytest.importorskip("cohere.core.http_client")
    original = cohere._retry_timeout_from_retries
    installation = Installation([SdkRetries()])
    with replay():
        assert cohere._retry_timeout_from_retries(retries=3) == 0
    assert cohere._retry_timeout_from_retries(retries=3) > 0
    installation.uninstall()
    assert cohere._retry_timeout_from_retries is original
