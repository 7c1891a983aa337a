import json
import shutil
import socket
import subprocess
import sys
import time

import pytest

from pytest_oao.cassette import limits
from pytest_oao.errors import BadOption, HostileFile, MissingFile, UnreadableFile
from pytest_oao.importers.dumps import FileDump
from pytest_oao.importers.open_agent_orchestrator import OpenAgentOrchestrator
from pytest_oao.pullers.redis_lists import records_at

redis = pytest.importorskip("redis")
SERVER = shutil.which("redis-server")
needs_server = pytest.mark.skipif(SERVER is None, reason="redis-server is not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def client():
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "pw"]
    server = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL)
    found = redis.Redis(port=port, password="pw")
    deadline = time.monotonic() + 10
    while True:
        try:
            found.ping()
            break
        except redis.RedisError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield found
    found.close()
    server.terminate()
    server.wait()


@pytest.fixture
def address(client):
    client.flushall()
    return f"redis://:pw@127.0.0.1:{client.get_connection_kwargs()['port']}/0"


def event(number, kind, **fields):
    told = {"execution_id": "ex-1", "step_number": number, "event_type": kind, "timestamp": 1_795_255_200.0 + number}
    return json.dumps(told | fields)


RUN = [
    event(0, "EXECUTION_STARTED", input_data={"task": "Rain?"}),
    event(1, "TOOL_CALL_SUCCESS", input_data={"tool_name": "rain"}, output_data={"result": "yes"}),
    event(2, "EXECUTION_COMPLETED", output_data={"status": "SUCCESS"}),
]


@needs_server
@pytest.mark.parametrize("key", ["oao_execution:ex-1:events", "oao:events:ex-1:list"])
def test_the_events_of_an_execution_are_a_dump(client, address, key):
    client.rpush(key, *RUN)
    dump = FileDump(key, records_at(f"{address}#{key}"))
    assert OpenAgentOrchestrator().sniff(dump.head)
    (session,) = OpenAgentOrchestrator().read(dump)
    assert (session.header.id, session.exchanges[0].call.target) == ("ex-1", "rain")


@needs_server
def test_a_sorted_set_is_read_in_its_order(client, address):
    client.zadd("oao:events:ex-1", {one: 10 - number for number, one in enumerate(RUN)})
    assert records_at(f"{address}#oao:events:ex-1") == "".join(f"{one}\n" for one in reversed(RUN)).encode()


@needs_server
def test_a_long_list_is_read_whole(client, address):
    client.rpush("many", *(f'{{"n":\n{number}}}' for number in range(1201)))
    assert [json.loads(line)["n"] for line in records_at(f"{address}#many").splitlines()] == list(range(1201))


@needs_server
def test_what_cannot_be_read_says_why_and_never_the_password(client, address, monkeypatch):
    with pytest.raises(MissingFile, match="no such key") as gone:
        records_at(f"{address}#gone")
    client.set("text", "x")
    with pytest.raises(UnreadableFile, match="the key is a string") as other:
        records_at(f"{address}#text")
    with pytest.raises(UnreadableFile, match="Redis: ") as denied:
        records_at(f"{address.replace(':pw@', ':wrong@')}#text")
    client.rpush("much", "x" * 100)
    monkeypatch.setattr(limits, "FILE_BYTES", 50)
    with pytest.raises(HostileFile):
        records_at(f"{address}#much")
    assert not any("pw" in str(one.value) or "wrong" in one.value.where for one in (gone, other, denied))


def test_a_server_that_is_not_there_is_an_error():
    with pytest.raises(UnreadableFile, match="Redis: "):
        records_at(f"redis://127.0.0.1:{free_port()}/0#key")


@pytest.mark.parametrize(
    "address", ["redis://localhost/0", "redis://[", "redis://localhost/0?db=x#key", "redis://localhost/0?foo=x#key"]
)
def test_an_address_must_be_whole(address):
    with pytest.raises(BadOption):
        records_at(address)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(BadOption, match="needs the redis package"):
        records_at("redis://localhost/0#key")
