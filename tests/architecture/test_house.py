"""The house's own rules, each held by the tool that knows it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent

TOOLS = {
    "style": [SCRIPTS / "ruff", "check", "--no-cache", "."],
    "format": [SCRIPTS / "ruff", "format", "--no-cache", "--check", "."],
    "types, and those that users see": [SCRIPTS / "mypy", "pytest_oao", "tests/typing/api.py"],
    "floors": [SCRIPTS / "lint-imports", "--no-cache"],
}


def run(*command: object, timeout: float = 300) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, f"{' '.join(str(part) for part in command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("tool", TOOLS)
def test_the_whole_tree_passes(tool):
    run(*TOOLS[tool])


def test_the_docs_build_without_a_warning(tmp_path):
    run(SCRIPTS / "sphinx-build", "-W", "--keep-going", "-q", "-d", tmp_path / "doctrees", "docs", tmp_path / "html")


def test_the_changelog_builds(tmp_path):
    run(SCRIPTS / "towncrier", "build", "--draft", "--version", "0")


def test_the_top_level_is_as_it_was_laid_out():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not in a git work tree")
    assert {line.split("/")[0] for line in listed.stdout.splitlines()} <= {
        ".ci",
        ".gitignore",
        "LICENSE",
        "README.md",
        "cassettes",
        "docs",
        "pyproject.toml",
        "pytest_oao",
        "tests",
    }


def test_every_python_that_is_promised_is_tested():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    promised = {line.rpartition(" ")[2] for line in settings["project"]["classifiers"] if ":: 3." in line}
    tested = {f"3.{name.removeprefix('py3')}" for name in settings["tool"]["tox"]["env_list"] if name.startswith("py3")}
    assert promised <= tested
