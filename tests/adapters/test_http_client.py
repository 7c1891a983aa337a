import contextlib
import http.client
import io
import json
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import pytest_oao
from pytest_oao.errors import Diverged, EscapedCall
from pytest_oao.model.outcomes import Raised, Returned, Streamed

requests = pytest.importorskip("requests")
urllib3 = pytest.importorskip("urllib3")

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture
def record(tmp_path):
    """Run `agent` recorded, and return the file and the exchanges."""

    def run(agent, **options):
        with pytest_oao.record(tmp_path, **options) as running:
            agent()
        return running.cassette, pytest_oao.load(running.cassette).exchanges

    return run


def posts(url, *values):
    return [requests.post(f"{url}/echo", json={"value": value}).json() for value in values]


def test_two_calls_swapped_diverge(http_server, record):
    cassette, _ = record(lambda: posts(http_server.url, 1, 2))
    with pytest.raises(Diverged, match="calls reordered"), pytest_oao.replay(cassette):
        posts(http_server.url, 2, 1)


def test_another_body_diverges_whatever_the_agent_catches_and_tries_again(http_server, record):
    def ask(value):
        with requests.Session() as session:
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(20, backoff_factor=1)))
            return session.post(f"{http_server.url}/echo", data=iter([value]))

    cassette, _ = record(lambda: ask(b"a"))
    began = time.monotonic()
    with pytest.raises(Diverged, match="request changed"), pytest_oao.replay(cassette), contextlib.suppress(Exception):
        ask(b"b")
    assert time.monotonic() - began < 2


def test_nothing_of_a_divergence_stays_with_a_pool(http_server, record):
    session = requests.Session()
    cassette, _ = record(lambda: session.get(f"{http_server.url}/thing"))
    with pytest.raises(Diverged), pytest_oao.replay(cassette):
        session.get(f"{http_server.url}/other")
    assert session.get(f"{http_server.url}/other").ok


def test_a_session_with_open_connections_is_recorded_replayed_and_free_again(http_server, record):
    with requests.Session() as session:
        session.get(f"{http_server.url}/before")
        cassette, exchanges = record(lambda: session.get(f"{http_server.url}/thing"))
        assert [exchange.call.target for exchange in exchanges] == ["GET http://127.0.0.1/thing"]
        live = http_server.count()
        with pytest_oao.replay(cassette):
            recorded = session.get(f"{http_server.url}/thing").json()
        assert http_server.count() == live
        assert session.get(f"{http_server.url}/thing").json() != recorded


def test_what_is_compressed_is_kept_as_it_reads(http_server, record):
    _, (whole, stream) = record(
        lambda: (
            requests.get(f"{http_server.url}/gzip"),
            list(requests.get(f"{http_server.url}/gzip-stream").iter_lines()),
        )
    )
    assert "nonce" in whole.outcome.body.json()
    assert isinstance(stream.outcome, Streamed)
    assert stream.outcome.body.data.startswith(b"data: ")
    for exchange in (whole, stream):
        assert not {"content-encoding", "transfer-encoding"} & {
            name.lower() for name, _ in exchange.outcome.head.headers
        }


def through_requests(url):
    with requests.get(url, stream=True) as reply:
        yield from reply.iter_lines(chunk_size=1)


def through_urllib3(url):
    with urllib3.PoolManager() as pool:
        reply = pool.request("GET", url, preload_content=False)
        yield from reply.stream(1)
        reply.release_conn()


def through_urllib(url):
    with urllib.request.urlopen(url) as reply:
        yield from reply


@pytest.mark.parametrize("lines", [through_requests, through_urllib3, through_urllib])
def test_a_stream_comes_as_live_and_ends_where_the_agent_ends_it(http_server, record, lines):
    times = []

    def agent(count=5):
        began = time.monotonic()
        stream = lines(f"{http_server.url}/endless")
        for _ in range(count):
            next(stream)
            times.append(time.monotonic() - began)
        stream.close()
        times.append(time.monotonic() - began)

    cassette, (exchange,) = record(agent)
    assert times[0] < 1
    assert times[-1] < 3, "the whole stream takes twenty seconds"
    assert isinstance(exchange.outcome, Streamed)
    assert exchange.outcome.end == "closed"
    assert len(exchange.outcome.times) == len(exchange.outcome.sizes) <= 6
    http_server.stop()
    with pytest_oao.replay(cassette):
        agent()
    with pytest.raises(Diverged, match="session ended late"), pytest_oao.replay(cassette):
        agent(50)


def test_requests_of_hosts_that_pass_through_are_no_calls(http_server, record):
    _, exchanges = record(lambda: posts(http_server.url, 1), passthrough_hosts=["127.0.0.1"])
    assert not exchanges


def test_a_refused_connection_is_raised_again(record):
    def ask():
        with pytest.raises(ConnectionRefusedError) as raised:
            http.client.HTTPConnection("127.0.0.1", 9).request("GET", "/")
        return raised.value

    seen = []
    cassette, (exchange,) = record(lambda: seen.append(ask()))
    assert exchange.outcome == Raised("ConnectionRefusedError", str(seen[0]))
    with pytest_oao.replay(cassette):
        again = ask()
    assert (again.args, again.errno) == (seen[0].args, seen[0].errno)


def test_a_response_that_never_comes_is_told_where_the_agent_waits_for_it(http_server, record):
    host, port = http_server.url.removeprefix("http://").split(":")

    def ask():
        connection = http.client.HTTPConnection(host, int(port), timeout=0.2)
        connection.request("GET", "/hang")
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        return "asked"

    cassette, (exchange,) = record(ask)
    assert exchange.outcome.type == "TimeoutError"
    with pytest_oao.replay(cassette):
        assert ask() == "asked"


def test_a_connection_that_is_given_up_is_no_call_in_doubt(http_server, record):
    def ask():
        connection = http.client.HTTPConnection(*http_server.url.removeprefix("http://").split(":"))
        connection.request("GET", "/hang")
        connection.close()

    cassette, (exchange,) = record(ask)
    assert exchange.outcome.type == "ConnectionAbortedError"
    with pytest_oao.replay(cassette):
        ask()


def test_a_form_with_a_file_that_is_no_text_is_the_same_again(http_server, record):
    def send():
        return requests.post(f"{http_server.url}/echo", files={"file": ("f.bin", io.BytesIO(bytes(range(256))))}).json()

    cassette, _ = record(send)
    http_server.stop()
    with pytest_oao.replay(cassette):
        assert "got" in send()


def test_a_request_through_a_proxy_is_for_its_own_host(http_server, record):
    def ask():
        return requests.get("http://files.invalid/thing", proxies={"http": http_server.url}).json()

    seen = []
    cassette, (exchange,) = record(lambda: seen.append(ask()))
    assert exchange.call.target == "GET http://files.invalid/thing"
    http_server.stop()
    with pytest_oao.replay(cassette):
        assert ask() == seen[0]


def test_a_class_that_connects_in_a_way_of_its_own_is_refused_not_missed(http_server, tmp_path):
    class Own(http.client.HTTPConnection):
        def connect(self):
            super().connect()

    host, port = http_server.url.removeprefix("http://").split(":")
    with pytest.raises(EscapedCall), pytest_oao.replay(record_nothing(tmp_path)):
        Own(host, int(port)).request("GET", "/thing")


def record_nothing(tmp_path):
    with pytest_oao.record(tmp_path / "nothing") as running:
        pass
    return running.cassette


@pytest.fixture
def tls_server(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"]
    subprocess.run(
        [*made, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(str(time.monotonic_ns()).encode())

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}", cert, server
    server.shutdown()


def test_tls_verified_refused_and_unverified(tls_server, record):
    url, cert, server = tls_server
    seen = []

    def agent():
        seen.append(requests.get(url, verify=str(cert)).text)
        with pytest.raises(requests.exceptions.SSLError) as refused:
            requests.get(url)
        seen.append(str(refused.value).replace(url, "").partition("object at")[0][-60:])
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            seen.append(requests.get(url, verify=False).text)
        seen.append([warning.category.__name__ for warning in warned if "Request" in warning.category.__name__])

    cassette, exchanges = record(agent)
    assert [type(exchange.outcome) for exchange in exchanges] == [Returned, Raised, Returned]
    assert seen[3] == ["InsecureRequestWarning"]
    server.shutdown()
    server.server_close()
    live, seen[:] = list(seen), []
    with pytest_oao.replay(cassette):
        agent()
    assert (seen[0], seen[2:]) == (live[0], live[2:])
    assert "CERTIFICATE_VERIFY_FAILED" in exchanges[1].outcome.message


def test_the_cost_of_a_call_does_not_grow_with_the_record(http_server, record):
    count = 400

    def agent(tell=lambda number: None):
        with requests.Session() as session:
            for number in range(count):
                session.post(f"{http_server.url}/echo", json={"number": number})
                tell(number)

    cassette, _ = record(agent)
    times = [time.process_time()]
    with pytest_oao.replay(cassette):
        agent(lambda _: times.append(time.process_time()))
    first, last = times[101] - times[1], times[-1] - times[-101]
    assert last < first * 3


def run_script(script, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_imported_for_the_purpose_and_what_comes_later_is_seen(http_server, tmp_path):
    script = """
import json, sys
import pytest_oao
url, folder = sys.argv[1:]
with pytest_oao.record(folder) as running:
    before = sorted({"requests", "urllib3", "aiohttp", "httpx", "botocore", "tornado", "httplib2", "vcr"} & set(sys.modules))
    import requests
    requests.get(url + "/thing")
    after = sorted({"requests", "aiohttp", "httpx", "botocore", "tornado", "httplib2", "vcr"} & set(sys.modules))
print(json.dumps([before, after, len(pytest_oao.load(running.cassette).exchanges)]))
"""
    assert run_script(script, http_server.url, tmp_path) == [[], ["requests"], 1]


def test_all_is_as_it_was_afterwards(record):
    import urllib3.connection

    owners = [http.client.HTTPConnection, http.client.HTTPSConnection, urllib3.connection.HTTPConnection]
    before = [dict(vars(owner)) for owner in owners]
    record(lambda: None)
    assert [dict(vars(owner)) for owner in owners] == before
