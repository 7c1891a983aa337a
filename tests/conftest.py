import gc
import importlib
import os
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, closing, suppress
from functools import cache
from pathlib import Path

import pytest
from prepared_python import PreparedPython

from pytest_oao.adapters.installation import _SEAMS
from pytest_oao.adapters.table import ADAPTERS
from pytest_oao.api.seams import Seams

MODEL_SERVER = Path(__file__).parent / "acceptance" / "model_server.py"
HTTP_SERVER = MODEL_SERVER.with_name("http_server.py")
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "CI")


for _name in ("httpcore", "httpcore2"):
    # httpx imports its half of them late. Were that amid a run of pytest in this process, pytester would forget them
    # after it, and httpx would not know the exceptions of the copies that are imported next.
    with suppress(ImportError):
        importlib.import_module(_name)


def pytest_collection_finish():
    """Spare every collection of garbage, and tests that ask for one, the half million objects that stay for good."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _as_wide_as_a_report_can_be():
    """Have reports that tests read wrap at one place, however wide the terminal is that the tests run in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        yield


class ModelServer:
    """A model server in a process of its own, so that stopping it is certain."""

    def __init__(self, script):
        self.process = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def count(self):
        """Return how many calls were answered."""
        with urllib.request.urlopen(f"{self.url}/count") as reply:
            return int(reply.read())

    def renew(self):
        """Have it forget what it was asked."""
        with urllib.request.urlopen(f"{self.url}/renew"):
            pass

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def prepared():
    """Processes that are ready to become runs of pytest, by what they have imported; made when they are asked for."""
    with ExitStack() as stack:
        yield cache(lambda *modules: stack.enter_context(closing(PreparedPython(*modules))))


@pytest.fixture(scope="session")
def running_servers():
    """A server of each script, which tests use one after another until one of them stops it."""
    servers = {}

    def running(script):
        if script in servers and servers[script].process.poll() is None:
            servers[script].renew()
        else:
            servers[script] = ModelServer(script)
        return servers[script]

    yield running
    for server in servers.values():
        server.stop()


@pytest.fixture
def model_server(running_servers):
    return running_servers(MODEL_SERVER)


@pytest.fixture
def http_server(running_servers):
    return running_servers(HTTP_SERVER)


@pytest.fixture
def no_engine(request):
    """Take this run's own engine, which the managed tests of tests/examples start, out of the way of a test."""
    engine = request.config.pluginmanager.get_plugin("pytest_oao.plugin.engine")
    if engine is None or engine._installation is None:
        yield
        return
    engine._installation.uninstall()
    yield
    engine._installation = type(engine._installation)(ADAPTERS)
    engine._whole_run.callback(engine._installation.uninstall)


@pytest.fixture
def taken_out(monkeypatch):
    """Take the adapters out that recorders of a test keep in place for good."""
    made, make = [], Seams.__init__

    def construct(self):
        make(self)
        made.append(self)

    monkeypatch.setattr(Seams, "__init__", construct)
    yield
    for seams in made:
        seams.close()
    assert not [seam.module for seam in _SEAMS.values() if seam._users]  # nothing of a session was left in place


@pytest.fixture
def shared():
    """The folder of real recorded traffic, which is no part of the project."""
    folder = Path(os.environ.get("OAO_SHARED") or Path(__file__).parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"no folder of recorded traffic at {folder.name}")
    return folder
