"""Every scenario of the other SDKs: recorded, the server stopped, replayed in a fresh process without keys: same values."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SDKS = ("mistralai", "cohere", "litellm", "boto3")
KEYS = ("GOOGLE_API_KEY", "MISTRAL_API_KEY", "CO_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "COHERE_API_KEY")
KEYS += ("GEMINI_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
OTHERS = (
    "CI",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "ANTHROPIC_VERTEX_PROJECT_ID",
    "CLOUD_ML_REGION",
)
SECRET = "a-key-of-the-recording-machine"

if not any(find_spec(name) for name in SDKS):
    pytest.skip("none of the SDKs is installed", allow_module_level=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    project = tmp_path_factory.mktemp("sdks")
    shutil.copy(HERE / "sdk_scenarios.py", project / "test_scenarios.py")
    (project / "pytest.ini").write_text("[pytest]\n")
    server = subprocess.Popen(
        [sys.executable, HERE / "wire_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    extra = {"GOOGLE_APPLICATION_CREDENTIALS": service_account(project, url), "GOOGLE_CLOUD_PROJECT": "a-project"}
    recorded = run(project, "recorded", url, "--oao-record", **dict.fromkeys(KEYS, SECRET), **extra)
    server.stdin.close()
    server.wait(timeout=10)
    return project, recorded, run(project, "replayed", url, "--oao-replay")


def service_account(project, url):
    """Return a file of credentials of Google's, whose token endpoint is the scripted server's."""
    path = project.parent / "service-account.json"
    if find_spec("cryptography") is None:
        return str(path)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {"type": "service_account", "project_id": "a-project", "private_key_id": "1", "client_id": "1"}
    account |= {"private_key": key.decode(), "client_email": "a@b.test", "token_uri": f"{url}/token"}
    path.write_text(json.dumps(account))
    return str(path)


def run(project, results, url, *options, **extra):
    (project / results).mkdir()
    absent = {*KEYS, *OTHERS}
    environ = {
        name: value for name, value in os.environ.items() if name not in absent and not name.startswith("PYTEST")
    }
    home = project / f"home-{results}"
    home.mkdir()
    environ |= {"OAO_TEST_SERVER": url, "OAO_TEST_RESULTS": str(project / results), "HOME": str(home), **extra}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-rA", *options]
    return subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=300)


def test_all_scenarios_record(runs):
    _, recorded, _ = runs
    assert recorded.returncode == 0, recorded.stdout[-6000:] + recorded.stderr[-2000:]


def test_all_scenarios_replay_the_same_without_server_and_keys(runs):
    project, _, replayed = runs
    assert replayed.returncode == 0, replayed.stdout[-6000:] + replayed.stderr[-2000:]
    recorded = {path.name: json.loads(path.read_text()) for path in (project / "recorded").iterdir()}
    again = {path.name: json.loads(path.read_text()) for path in (project / "replayed").iterdir()}
    assert recorded
    assert again == recorded


def test_no_key_reached_a_file(runs):
    project, _, _ = runs
    texts = [path.read_bytes() for path in project.glob("cassettes/**/*") if path.is_file()]
    assert texts
    assert not any(SECRET.encode() in text for text in texts)
