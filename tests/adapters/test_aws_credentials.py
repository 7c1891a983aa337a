import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import pytest_oao

pytestmark = pytest.mark.usefixtures("no_engine")

SECRET = "the-secret-of-the-container"


@pytest.fixture
def credential_server():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told = {
                "AccessKeyId": "AKIACONTAINER",
                "SecretAccessKey": SECRET,
                "Token": "t",
                "Expiration": "2099-01-01T00:00:00Z",
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def test_loading_credentials_is_no_call_and_replay_needs_none(http_server, credential_server, tmp_path, monkeypatch):
    boto3 = pytest.importorskip("boto3")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))

    def agent():
        client = boto3.session.Session().client("s3", "eu-west-1", endpoint_url=http_server.url)
        return client.put_object(Bucket="bucket", Key="key", Body=b"x")["ETag"]

    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", credential_server)
    with pytest_oao.record(tmp_path / "sessions") as running:
        recorded = agent()
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    assert [exchange.call.target for exchange in pytest_oao.load(running.cassette).exchanges] == [
        "PUT http://127.0.0.1/bucket/key"
    ]
    assert SECRET.encode() not in running.cassette.read_bytes()
    with pytest_oao.replay(running.cassette):
        assert agent() == recorded
