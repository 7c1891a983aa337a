"""Each hook from a conftest; also from one of a folder below the root, which pytest loads only while it collects."""

import pytest

CONFTEST = '''
import json, pathlib
from pytest_oao.cassette.folder import FolderStore
from pytest_oao.model.bodies import Body
from pytest_oao.model.calls import Call
from pytest_oao.model.outcomes import Returned
from pytest_oao.runtime.running import current


class Weather:
    """An adapter of a library without HTTP."""

    name = "weather"
    modules = ("weather",)

    def install(self, module):
        import weather
        original = weather.look

        def look(city):
            gateway = current()
            if gateway is None:
                return original(city)
            admission = gateway.admit(Call("execute_tool", "weather.look", Body(json.dumps({"city": city}).encode(), "application/json"), gateway.lane.path))
            if admission.recorded is None:
                gateway.settle(admission, Returned(Body(original(city).encode(), "text/plain")))
                return gateway.exchanges[-1].outcome.body.data.decode()
            return admission.recorded.outcome.body.data.decode()

        weather.look = look
        return lambda: setattr(weather, "look", original)


def pytest_oao_adapters(config):
    return [Weather()]


def pytest_oao_redactors(config):
    return [r"agent-\\d{3}"]


class Store(FolderStore):
    def save(self, session, path):
        super().save(session, path)
        pathlib.Path("saved.txt").open("a").write(f"{path.name} {len(session.exchanges)}\\n")


def pytest_oao_store(config):
    return Store()


def pytest_oao_reporters(config):
    return [lambda divergence, verbosity: f"REPORTER {divergence.name} at -{'v' * verbosity}", lambda *_: None]


def pytest_oao_diverged(item, divergence):
    with open("diverged.txt", "a") as log:
        print(item.nodeid, divergence.name, divergence.number, file=log)
'''

WEATHER = """
import secrets

def look(city):
    return f"sunny in {city} {secrets.token_hex(4)} says agent-007"
"""

TEST = """
import pytest, weather
from my_agent import answer

@pytest.mark.oao
def test_refund(oao):
    seen = weather.look("Oslo")
    answer(f"pack for {seen.split()[2]}")
    assert [call.kind for call in oao.calls] == ["execute_tool", "chat"]
    print("SEEN", seen)
"""


@pytest.mark.parametrize("folder", ["", "agents/"])
def test_hooks_of_a_conftest(light, folder):
    (light.path / "agents").mkdir()
    for name, text in {
        "conftest": CONFTEST,
        "weather": WEATHER,
        "test_agent": TEST,
        "my_agent": (light.path / "my_agent.py").read_text(),
    }.items():
        (light.path / f"{folder}{name}.py").write_text(text)
    if folder:
        (light.path / "test_agent.py").unlink()
        (light.path / "my_agent.py").unlink()
    recorded = light.record("-rP")
    recorded.assert_outcomes(passed=1)
    cassette = light.cassette(f"{folder}test_agent/test_refund.yaml")
    assert "sunny in Oslo" in cassette.read_text()
    assert "agent-007" not in cassette.read_text()
    assert (light.path / "saved.txt").read_text() == "test_refund.yaml 2\n"
    light.server.stop()
    replayed = light.replay("-rP")
    replayed.assert_outcomes(passed=1)
    (live,) = [line for line in recorded.stdout.lines if line.startswith("SEEN")]
    (again,) = [line for line in replayed.stdout.lines if line.startswith("SEEN")]
    assert live.split()[:5] == again.split()[:5]
    light.edit(f"{folder}test_agent.py", '"Oslo"', '"Rome"')
    done = light.replay("-v")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*tool arguments changed*", "REPORTER tool arguments changed at -v"])
    assert (light.path / "diverged.txt").read_text() == f"{folder}test_agent.py::test_refund tool arguments changed 1\n"


def test_an_adapter_that_cannot_be_installed_fails_every_managed_test_by_name(light):
    light.pytester.makeconftest(
        """
        from pytest_oao.errors import SeamMissing

        class Broken:
            name = "broken"
            modules = ("colorsys",)

            def install(self, module):
                raise SeamMissing(f"{module} is of an unknown generation", where=module, remedy="pin it")

        def pytest_oao_adapters(config):
            return [Broken()]
        """
    )
    light.record().assert_outcomes(passed=1)
    light.edit("my_agent.py", "import os", "import os, colorsys")
    for done in (light.record(), light.replay()):
        done.assert_outcomes(failed=1)
        done.stdout.fnmatch_lines(["oao: colorsys: colorsys is of an unknown generation", "  pin it"])


@pytest.mark.parametrize("wrong", ['"hunter2"', '[re.compile("CUST-[0-9]")]', "None or 7"])
def test_redactors_that_are_no_list_of_texts_are_refused_before_anything_runs(light, wrong):
    light.pytester.makeconftest(f"import re\ndef pytest_oao_redactors(config): return {wrong}")
    done = light.record()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*pytest_oao_redactors: a hook returned*", '*return a list: *"CUST-*'])
    assert not light.cassettes()
