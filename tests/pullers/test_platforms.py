import contextlib
import copy
import json
import os
import sys
from uuid import UUID

import platform_apis
import pytest

from pytest_oao.cli.main import main
from pytest_oao.errors import BadOption, MissingFile, PullFailed
from pytest_oao.pullers import services
from pytest_oao.pullers.addresses import address_of
from pytest_oao.pullers.table import puller_of

LANGFUSE = {"LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-1"}
LANGSMITH = {"LANGSMITH_API_KEY": "lsv2_1", "LANGSMITH_PROJECT": "travel"}
PHOENIX = {"PHOENIX_API_KEY": "px-1"}
OPENAI = {"OPENAI_API_KEY": "sk-1"}
SAID = {"role": "assistant", "content": "Rain."}


def observation(number, **told):
    given = {"messages": [{"role": "user", "content": f"Weather {number}?"}]}
    return {
        "id": f"o{number}",
        "traceId": "t1",
        "projectId": "p",
        "parentObservationId": None,
        "type": "GENERATION",
        "name": "OpenAI-generation",
        "startTime": f"2026-11-20T10:00:0{number}Z",
        "endTime": f"2026-11-20T10:00:0{number}.5Z",
        "sessionId": "s1",
        "tags": ["prod"],
        "input": json.dumps(given),
        "output": json.dumps(SAID),
        "model": "gpt-5",
        "metadata": {"short": "x", "long": "y" * 400},
        **told,
    }


OBSERVATIONS = [*(observation(number) for number in range(5)), observation(9, traceId="t2")]
TRACE, RUN = UUID(int=1), UUID(int=2)


def run(number, **told):
    return {
        "id": str(UUID(int=number)),
        "trace_id": str(TRACE),
        "run_type": "chain" if number == 1 else "llm",
        "name": "agent" if number == 1 else "ChatOpenAI",
        "start_time": f"2026-11-21T02:11:0{number}",
        "end_time": f"2026-11-21T02:11:0{number}.5",
        "dotted_order": str(number),
        "parent_run_ids": [] if number == 1 else [str(TRACE)],
        "inputs": {"model": "gpt-5", "messages": [{"role": "user", "content": f"Weather {number}?"}]},
        "outputs": {"id": f"c{number}", "model": "gpt-5", "choices": [{"index": 0, "message": SAID}]},
        "feedback_stats": {"not": "asked for"},
        **told,
    }


RUNS = [run(number) for number in range(1, 6)]
SPANS = [
    {"context": {"trace_id": trace, "span_id": f"s{number}"}, "name": "n", "span_kind": "LLM", "attributes": {}}
    for number, trace in enumerate(["t1", "t1", "t2", "t1"])
]
RESPONSES = [
    {"id": f"resp_{n}", "object": "response", "created_at": n, "status": "completed", "model": "gpt-5"}
    | {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]}]}
    | {"previous_response_id": f"resp_{n - 1}" if n > 1 else None}
    for n in range(1, 4)
]
ITEMS = {f"resp_{n}": [{"id": f"i{at}", "role": "user", "content": f"q{at}"} for at in range(3)] for n in range(1, 4)}
COMPLETION = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-5"}
COMPLETION |= {"choices": [{"index": 0, "finish_reason": "stop", "message": SAID}]}
ITEMS["chatcmpl-1"] = [{"id": f"m{at}", "role": "user", "content": f"q{at}"} for at in range(2)]


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    told = []
    monkeypatch.setattr(
        services.Service.__init__, "__defaults__", (*services.Service.__init__.__defaults__[:-1], told.append)
    )
    return told


def pull(name, api, variable, environment, path=""):
    rest = name.partition(":")[2]
    return json.loads(puller_of(name).pull(rest, {**environment, variable: api.address + path}))


def imported(monkeypatch, tmp_path, name, environment):
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    code = main(["import", name, "-o", str(tmp_path / "out")])
    return code, sorted(path.name for path in (tmp_path / "out").glob("*.yaml"))


def test_langfuse_asks_for_all_that_a_session_is_made_of_page_by_page(monkeypatch, tmp_path):
    with platform_apis.serving(platform_apis.langfuse(OBSERVATIONS)) as api:
        found = pull("langfuse:t1", api, "LANGFUSE_HOST", LANGFUSE)
        code, written = imported(monkeypatch, tmp_path, "langfuse:t1", {**LANGFUSE, "LANGFUSE_HOST": api.address})
    assert [one["id"] for one in found["data"]] == ["o0", "o1", "o2", "o3", "o4"]
    assert found["data"][0] == {key: item for key, item in OBSERVATIONS[0].items() if key != "projectId"} | {
        "projectId": "p"
    }
    assert found["data"][0]["metadata"]["long"] == "y" * 400
    assert {call[2].get("expandMetadata", [""])[0] for call in api.asked} == {"", "long"}
    assert (code, written) == (0, ["t1.yaml"])


def test_langfuse_of_an_older_server_is_asked_by_the_first_version():
    with platform_apis.serving(platform_apis.langfuse(OBSERVATIONS, second=False)) as api:
        found = pull("langfuse:t1", api, "LANGFUSE_BASE_URL", LANGFUSE)
    assert found["id"] == "t1"
    assert len(found["observations"]) == 5


@pytest.mark.parametrize("path", ["", "/api/v1"])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", [TRACE, RUN])
def test_langsmith_finds_a_trace_by_any_run_of_it_by_either_api(first, name, path):
    with platform_apis.serving(platform_apis.langsmith(RUNS, first=first)) as api:
        found = pull(f"langsmith:{name}", api, "LANGSMITH_ENDPOINT", LANGSMITH, path)
    assert [one["id"] for one in found] == [one["id"] for one in RUNS]
    assert found[1]["inputs"] == RUNS[1]["inputs"]
    assert "feedback_stats" not in found[0]


def test_langsmiths_second_api_is_asked_from_the_day_before_the_id_was_made():
    made = UUID("01a1fbdf-9113-7840-9ce0-ba00f6899e00")
    runs = [{**one, "trace_id": str(made)} for one in RUNS]
    with platform_apis.serving(platform_apis.langsmith(runs, first=False)) as api:
        pull(f"langsmith:{made}", api, "LANGSMITH_ENDPOINT", LANGSMITH)
    body = next(body for _, path, _, body in api.asked if path == "/api/v2/runs/query")
    assert body["min_start_time"].startswith("2026-11-20T02:11:3")


def test_a_pulled_trace_of_langsmith_becomes_a_cassette(monkeypatch, tmp_path, capsys):
    with platform_apis.serving(platform_apis.langsmith(RUNS)) as api:
        environment = {**LANGSMITH, "LANGSMITH_ENDPOINT": api.address}
        code, written = imported(monkeypatch, tmp_path, f"langsmith:{TRACE}", environment)
    assert (code, written) == (0, [f"{TRACE}.yaml"])
    assert "imported  langsmith:" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "project"), [("phoenix:t1", "default"), ("phoenix:support/t1", "support")])
def test_phoenix(name, project):
    with platform_apis.serving(platform_apis.phoenix(SPANS, project=project)) as api:
        found = pull(name, api, "PHOENIX_COLLECTOR_ENDPOINT", PHOENIX, "/v1/traces")
    assert [one["context"]["span_id"] for one in found["data"]] == ["s0", "s1", "s3"]


def test_phoenixs_headers_and_project_are_taken_from_the_environment():
    told = {"PHOENIX_CLIENT_HEADERS": "Authorization=Bearer%20px-1", "PHOENIX_PROJECT_NAME": "mine"}
    with platform_apis.serving(platform_apis.phoenix(SPANS, project="mine")) as api:
        assert len(pull("phoenix:t1", api, "PHOENIX_HOST", told)["data"]) == 3


def test_openai_gives_a_chain_with_its_input():
    with platform_apis.serving(platform_apis.openai(RESPONSES, ITEMS)) as api:
        found = pull("openai:resp_3", api, "OPENAI_BASE_URL", OPENAI, "/v1")
    assert [one["id"] for one in found] == ["resp_1", "resp_2", "resp_3"]
    assert [one["content"] for one in found[0]["input"]] == ["q0", "q1", "q2"]


def test_openai_gives_a_completion_with_its_messages(monkeypatch, tmp_path):
    with platform_apis.serving(platform_apis.openai([], ITEMS, [COMPLETION])) as api:
        found = pull("openai:chatcmpl-1", api, "OPENAI_BASE_URL", OPENAI, "/v1")
        environment = {**OPENAI, "OPENAI_BASE_URL": api.address + "/v1"}
        assert imported(monkeypatch, tmp_path, "openai:chatcmpl-1", environment) == (0, ["chatcmpl-1.yaml"])
    assert [one["content"] for one in found[0]["messages"]] == ["q0", "q1"]


SERVICES = [
    ("langfuse:t1", "LANGFUSE_HOST", LANGFUSE, platform_apis.langfuse(OBSERVATIONS)),
    (f"langsmith:{TRACE}", "LANGSMITH_ENDPOINT", LANGSMITH, platform_apis.langsmith(RUNS)),
    ("phoenix:t1", "PHOENIX_HOST", PHOENIX, platform_apis.phoenix(SPANS)),
    ("openai:resp_1", "OPENAI_BASE_URL", OPENAI, platform_apis.openai(RESPONSES, ITEMS)),
]


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_wrong_credentials_name_the_variables(name, variable, environment, answer):
    wrong = dict.fromkeys(environment, "wrong")
    with platform_apis.serving(answer) as api, pytest.raises(PullFailed, match="refused the credentials") as refused:
        pull(name, api, variable, wrong)
    assert next(key for key in environment if "KEY" in key) in refused.value.remedy
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_an_id_that_a_platform_does_not_have(name, variable, environment, answer):
    other = f"{name.partition(':')[0]}:{UUID(int=99)}"
    with platform_apis.serving(answer) as api, pytest.raises(MissingFile, match="has no such"):
        pull(other, api, variable, environment)


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_a_busy_platform_is_asked_again_after_as_long_as_it_says(name, variable, environment, answer, waits):
    busy = [(429, {"retry-after": "7"}, {}), (503, {}, {}), (429, {"retry-after": "86400"}, {})]

    def first_busy(*asked):
        return busy.pop(0) if busy else answer(*asked)

    with platform_apis.serving(first_busy) as api:
        path = "/v1" if name.startswith("openai") else ""
        assert pull(name, api, variable, environment, path)
    assert waits == [7.0, 2.0, 60.0]


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ((429, {}, {}), "status 429"),
        ((500, {}, b"oops"), "status 500: oops"),
        ((200, {}, b"<html>"), "something else than JSON"),
    ],
)
def test_a_platform_that_does_not_answer_as_it_should(name, variable, environment, answer, reply, told):
    with platform_apis.serving(lambda *_: reply) as api, pytest.raises(PullFailed, match=told):
        pull(name, api, variable, environment)


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_a_platform_that_has_moved_is_told_with_its_new_place(name, variable, environment, answer):
    moved = (308, {"location": "https://new.example/v1?key=secret"}, {})
    with platform_apis.serving(lambda *_: moved) as api, pytest.raises(PullFailed) as refused:
        pull(name, api, variable, environment)
    assert refused.value.what.endswith(
        f"answers at another address: https://new.example/v1; {variable} names that address"
    )
    assert refused.value.remedy == "Give the address that it leads to."


@pytest.mark.parametrize(("name", "variable", "environment"), [row[:3] for row in SERVICES if "openai" not in row[0]])
def test_a_platform_whose_pages_lead_to_themselves_is_no_such_platform(name, variable, environment):
    page = {"data": [{"id": "a"}], "runs": [{"id": "a"}], "items": [{"id": "a"}]}
    page |= {"meta": {"cursor": "same"}, "cursors": {"next": "same"}, "next_cursor": "same"}
    with (
        platform_apis.serving(lambda *_: (200, {}, page)) as api,
        pytest.raises(PullFailed, match="does not answer as"),
    ):
        pull(name, api, variable, environment)


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_whatever_json_comes_is_a_dump_or_an_error(name, variable, environment, answer):
    for told in ([], {}, "x", 1, {"data": 1, "runs": [1], "meta": [], "cursors": 3, "items": {}}):
        copied = copy.deepcopy(told)
        answered = platform_apis.serving(lambda *_, copied=copied: (200, {}, copied))
        with contextlib.suppress(MissingFile, PullFailed), answered as api:
            assert isinstance(pull(name, api, variable, environment), list | dict | str | int)


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
def test_a_platform_that_cannot_be_reached(name, variable, environment, answer):
    with pytest.raises(PullFailed, match="cannot be reached"):
        puller_of(name).pull(name.partition(":")[2], {**environment, variable: "http://127.0.0.1:1"})


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
@pytest.mark.parametrize("told", [{}, {"hello": "world"}, [], "x", {"data": 3, "runs": {}, "id": 1}])
def test_a_server_that_is_another_s(name, variable, environment, answer, told):
    with platform_apis.serving(lambda *_: (200, {}, told)) as api, pytest.raises(PullFailed) as refused:
        pull(name, api, variable, environment)
    assert refused.value.what.startswith("this server does not answer as ")
    assert refused.value.what.endswith(f" does; {variable} names that address")
    assert refused.value.where == api.address


@pytest.mark.parametrize(("name", "variable", "environment", "answer"), SERVICES, ids=[row[0] for row in SERVICES])
@pytest.mark.parametrize("address", ["nowhere:x:y", "ftp://a.example", "http://", "http://a.example:port"])
def test_an_address_that_is_none_names_its_variable(name, variable, environment, answer, address):
    with pytest.raises(BadOption, match="is no address of a server") as refused:
        puller_of(name).pull(name.partition(":")[2], {**environment, variable: address})
    assert refused.value.where == variable
    assert "http://HOST:PORT" in refused.value.remedy


def test_a_host_of_phoenix_may_be_without_scheme():
    with platform_apis.serving(platform_apis.phoenix(SPANS)) as api:
        host, _, port = api.address.removeprefix("http://").partition(":")
        assert puller_of("phoenix:t1").pull("t1", {**PHOENIX, "PHOENIX_HOST": f"{host}:{port}"})
        assert puller_of("phoenix:t1").pull("t1", {**PHOENIX, "PHOENIX_HOST": host, "PHOENIX_PORT": port})


@pytest.mark.parametrize("variable", ["LANGFUSE_HOST", "LANGFUSE_BASE_URL"])
def test_the_variable_that_was_set_is_named_where_nobody_answers(monkeypatch, capsys, variable):
    for key, value in {**LANGFUSE, variable: "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(key, value)
    assert main(["import", "langfuse:abc"]) == 1
    out = capsys.readouterr().out
    assert "langfuse:abc: http://127.0.0.1:1/api" in out
    assert f"; {variable} names that address. See" in out
    assert out.count("LANGFUSE") == 1
    assert ".." not in out


def test_an_address_that_nobody_named_is_the_default():
    told = address_of({"B": " "}, ("A", "B"), "https://cloud.example")
    assert (told.url, told.origin) == ("https://cloud.example", "that address is the default: none of A, B is set")


def test_httpx2_does_where_httpx_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.setattr(services, "_client", services._client.__wrapped__)
    with platform_apis.serving(platform_apis.langfuse(OBSERVATIONS)) as api:
        assert pull("langfuse:t1", api, "LANGFUSE_HOST", LANGFUSE)["data"]
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(BadOption, match="takes httpx or httpx2") as refused:
        puller_of("langfuse:t1").pull("t1", LANGFUSE)
    assert "pytest-oao[pull]" in refused.value.remedy


@pytest.mark.parametrize(("name", "key"), [("langfuse:t1", "LANGFUSE_PUBLIC_KEY"), ("openai:resp_1", "OPENAI_API_KEY")])
def test_credentials_that_are_not_set(name, key):
    with pytest.raises(BadOption, match=key):
        puller_of(name).pull(name.partition(":")[2], {})


def test_an_id_of_langsmith_is_a_uuid():
    with pytest.raises(BadOption, match="no id of LangSmith"):
        puller_of("langsmith:x").pull("x", LANGSMITH)


def test_what_cannot_be_pulled_is_refused_and_the_rest_imported(monkeypatch, tmp_path, capsys):
    with platform_apis.serving(platform_apis.langfuse(OBSERVATIONS)) as api:
        for key, value in {**LANGFUSE, "LANGFUSE_HOST": api.address}.items():
            monkeypatch.setenv(key, value)
        assert main(["import", "langfuse:nobody", "langfuse:t2", "-o", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "refused   langfuse:nobody: Langfuse has no such trace" in out
    assert "1 imported, 1 refused" in out


def test_a_file_comes_before_a_service(monkeypatch, tmp_path, capsys):
    if os.name == "nt":
        pytest.skip("no such names")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "langfuse:t1").write_text(json.dumps({"data": OBSERVATIONS[:1], "meta": {}}))
    assert main(["import", "langfuse:t1"]) == 0


@pytest.mark.parametrize("session", ["", "#key", "#20261121T101500Z-1f0c9a3e"])
@pytest.mark.parametrize(
    "server", ["user:hunter2@127.0.0.1:1/0", "127.0.0.1:1/0?password=hunter2", ":1/hunter2@127.0.0.1:1/0"]
)
def test_a_password_in_an_address_is_not_shown(server, session, capsys):
    assert main(["import", f"redis://{server}{session}"]) == 1
    assert "hunter2" not in "".join(capsys.readouterr())
