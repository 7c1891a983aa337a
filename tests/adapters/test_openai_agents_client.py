import asyncio

import pytest

import pytest_oao as oao

pytest.importorskip("agents.run")

from agents.models import openai_provider

pytestmark = pytest.mark.usefixtures("no_engine")


async def client():
    return openai_provider.shared_http_client()


def test_each_loop_has_one_while_a_session_runs(tmp_path):
    async def both():
        return openai_provider.shared_http_client(), await client()

    with oao.record(tmp_path):
        one, same = asyncio.run(both())
        other = asyncio.run(client())
    assert one is same
    assert one is not other


def test_outside_of_sessions_the_process_has_one(tmp_path):
    before = asyncio.run(client())
    with oao.record(tmp_path):
        inside = asyncio.run(client())
    assert asyncio.run(client()) is before
    assert inside is not before
