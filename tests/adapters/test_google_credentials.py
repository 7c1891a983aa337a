import json

import pytest
from adapter_samples import recording, replay

from pytest_oao.adapters.google_credentials import DUMMY, GoogleCredentials
from pytest_oao.adapters.installation import Installation
from pytest_oao.runtime.lanes import performing

auth = pytest.importorskip("google.auth")
requests = pytest.importorskip("google.auth.transport.requests")
pytest.importorskip("cryptography")

from google.auth import exceptions, impersonated_credentials  # noqa: E402 - only where google-auth is installed
from google.auth.compute_engine import _metadata  # noqa: E402
from google.oauth2 import service_account  # noqa: E402

pytestmark = pytest.mark.usefixtures("no_engine")


@pytest.fixture(autouse=True)
def patched(monkeypatch, tmp_path):
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    installation = Installation([GoogleCredentials()])
    yield
    installation.uninstall()


@pytest.fixture
def no_metadata_server(monkeypatch):
    def ping(request, **_):
        asked.append(performing())
        return False

    asked = []
    monkeypatch.setattr(_metadata, "ping", ping)
    monkeypatch.setattr(_metadata, "detect_gce_residency_linux", lambda: False)
    return asked


@pytest.fixture(scope="module")
def account():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = {"type": "service_account", "project_id": "mine", "private_key_id": "1", "client_id": "1"}
    return told | {"private_key": key.decode(), "client_email": "a@b.test", "token_uri": "http://127.0.0.1:1/token"}


def test_absent_credentials_get_dummies_in_replay_and_nothing_is_asked(no_metadata_server):
    with replay():
        credentials, project = auth.default(scopes=["x"], quota_project_id="q")
        assert credentials.valid
        credentials.refresh(requests.Request())
        assert credentials.with_quota_project("q").token == DUMMY
        headers = {}
        credentials.before_request(requests.Request(), "GET", "https://x.test", headers)
    assert project == DUMMY
    assert headers["authorization"] == f"Bearer {DUMMY}"
    assert not no_metadata_server


@pytest.mark.usefixtures("no_metadata_server")
def test_a_project_that_the_environment_names_stays(monkeypatch):
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "mine")
    with replay():
        assert auth.default()[1] == "mine"


def test_elsewhere_absent_credentials_are_absent(no_metadata_server):
    with pytest.raises(exceptions.DefaultCredentialsError):
        auth.default()
    with recording(), pytest.raises(exceptions.DefaultCredentialsError):
        auth.default()
    assert len(no_metadata_server) == 2


def test_present_credentials_stay_and_get_a_token_without_a_server(monkeypatch, tmp_path, account):
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with replay():
        credentials, project = auth.default(scopes=["x"])
        credentials.refresh(requests.Request())
    assert isinstance(credentials, service_account.Credentials)
    assert (credentials.token, project) == (DUMMY, "mine")
    assert credentials.valid


def test_credentials_that_impersonate_others_get_one_too(account):
    source = service_account.Credentials.from_service_account_info(account)
    target = impersonated_credentials.Credentials(source, "other@b.test", ["x"])
    with replay():
        target.refresh(requests.Request())
    assert target.token == DUMMY
    assert not target.expired


def test_while_recording_a_token_is_fetched_as_no_host_call(account):
    credentials = service_account.Credentials.from_service_account_info(account, scopes=["x"])
    asked = []

    class Session:
        def request(self, *args, **_):
            asked.append(performing())
            raise requests.requests.exceptions.ConnectionError

        def close(self):
            pass

    with recording(), pytest.raises(exceptions.TransportError):
        credentials.refresh(requests.Request(Session()))
    assert asked
    assert all(asked)


def test_where_a_kind_is_live_a_token_is_fetched(account):
    credentials = service_account.Credentials.from_service_account_info(account, scopes=["x"])
    with replay(chat="live"), pytest.raises(exceptions.TransportError):
        credentials.refresh(requests.Request())
