"""The loopback servers answer as the platforms' own clients expect: each of them reads the same as our pullers do."""

import asyncio

import platform_apis
import pytest
from test_platforms import OBSERVATIONS, RESPONSES, RUNS, SPANS, TRACE


def test_langfuses_own_client():
    client = pytest.importorskip("langfuse.api.client")
    with platform_apis.serving(platform_apis.langfuse(OBSERVATIONS)) as api:
        reader = client.LangfuseAPI(base_url=api.address, username="pk-lf-1", password="sk-lf-1")
        first = reader.observations.get_many(trace_id="t1", fields="core,io", limit=1000)
        second = reader.observations.get_many(trace_id="t1", fields="core,io", limit=1000, cursor=first.meta.cursor)
    assert [one.id for one in (*first.data, *second.data)] == ["o0", "o1", "o2", "o3"]
    assert first.data[0].input == OBSERVATIONS[0]["input"]


def test_langsmiths_own_client():
    langsmith = pytest.importorskip("langsmith")
    with platform_apis.serving(platform_apis.langsmith(RUNS)) as api:
        client = langsmith.Client(api_url=api.address, api_key="lsv2_1", info={})
        runs = list(client.list_runs(trace_id=str(TRACE)))
        one = client.read_run(RUNS[1]["id"])
    assert [str(run.id) for run in runs] == [run["id"] for run in RUNS]
    assert str(one.trace_id) == str(TRACE)


def test_langsmiths_own_client_of_the_second_api():
    langsmith = pytest.importorskip("langsmith")
    with platform_apis.serving(platform_apis.langsmith(RUNS, first=False)) as api:
        client = langsmith.Client(api_url=api.address, api_key="lsv2_1", info={})
        if not hasattr(client, "runs"):
            pytest.skip("an older langsmith")
        asked = {"project_ids": ["p-1"], "trace_id": str(TRACE), "min_start_time": "2026-01-01T00:00:00Z"}

        async def read():
            return [run async for run in client.runs.query(**asked, selects=["ID", "INPUTS"])]

        runs = asyncio.run(read())
    assert [run.id for run in runs] == [run["id"] for run in RUNS]
    assert runs[1].inputs == RUNS[1]["inputs"]


def test_phoenixs_own_client():
    phoenix = pytest.importorskip("phoenix.client")
    with platform_apis.serving(platform_apis.phoenix(SPANS)) as api:
        client = phoenix.Client(base_url=api.address, api_key="px-1")
        found = client.spans.get_spans(project_identifier="default", trace_ids=["t1"])
    assert [one["context"]["span_id"] for one in found] == ["s0", "s1", "s3"]


def test_openais_own_client():
    openai = pytest.importorskip("openai")
    items = {"resp_1": [{"id": f"i{n}", "type": "message", "role": "user", "content": []} for n in range(3)]}
    with platform_apis.serving(platform_apis.openai(RESPONSES, items)) as api:
        client = openai.OpenAI(base_url=f"{api.address}/v1", api_key="sk-1")
        assert client.responses.retrieve("resp_1").id == "resp_1"
        assert [one.id for one in client.responses.input_items.list("resp_1", order="asc")] == ["i0", "i1", "i2"]
