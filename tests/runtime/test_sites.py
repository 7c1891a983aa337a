import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pytest_oao.model.calls import Site
from pytest_oao.runtime.sites import Project, beginning


@pytest.fixture
def load(tmp_path):
    """Write a file below the project and return what running it defines."""

    def load(name, text, **given):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        exec(compile(text, str(path), "exec"), given)
        return given

    return load


def test_the_nearest_own_frame_is_the_agent_s_and_the_test_file_s_the_test_s(tmp_path, load):
    project = Project(tmp_path, tmp_path / "tests/test_x.py")
    library = load(
        ".venv/lib/python3.11/site-packages/sdk.py", "def send():\n    return project.site()\n", project=project
    )
    agent = load("agent.py", "class Agent:\n    def ask(self):\n        return send()\n", **library)
    test = load(
        "tests/test_x.py",
        "\ndef test_it():\n    def inner():\n        return Agent().ask()\n    return inner()\n",
        **agent,
    )
    assert test["test_it"]() == Site("agent.py:3 in Agent.ask", "tests/test_x.py:5 in test_it")
    assert project.files == {str(tmp_path / "agent.py"), str(tmp_path / "tests/test_x.py")}


def test_a_test_that_calls_itself_is_both(tmp_path, load):
    project = Project(tmp_path, tmp_path / "test_x.py")
    test = load("test_x.py", "def test_it():\n    return project.site()\n", project=project)
    assert test["test_it"]() == Site("test_x.py:2 in test_it", "test_x.py:2 in test_it")


def test_a_thread_is_off_the_test_s_stack(tmp_path, load):
    project = Project(tmp_path, tmp_path / "test_x.py")
    agent = load("agent.py", "def ask(out):\n    out.append(project.site())\n", project=project)
    out = []
    thread = threading.Thread(target=agent["ask"], args=(out,))
    thread.start()
    thread.join()
    assert out == [Site("agent.py:2 in ask", "")]


def test_outside_of_the_project_there_is_no_site(tmp_path):
    project = Project(tmp_path)
    assert project.site() == Site()
    assert project.files == set()


def test_a_folder_whose_name_only_begins_alike_is_another(tmp_path, load):
    project = Project(tmp_path / "app")
    agent = load("app-old/agent.py", "def ask():\n    return project.site()\n", project=project)
    assert agent["ask"]() == Site()


def test_the_root_of_the_disk_may_be_the_project():
    assert beginning(Path("/")) == "/"
    assert beginning(Path("/app")) == "/app/"
    code = (
        "from pathlib import Path\nfrom pytest_oao.runtime.sites import Project\nprint(Project(Path('/')).site().agent)"
    )
    script = Path(__file__).parent / "runtime_samples.py"
    done = subprocess.run(
        [sys.executable, "-c", f"exec(compile({code!r}, {str(script)!r}, 'exec'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == f"{str(script)[1:]}:3 in <module>"
