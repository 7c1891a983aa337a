"""Suites of users with cassettes of vcrpy's, laid out for pytest."""

import shutil
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import yaml

for name in ("vcr", "httpx2", "requests", "aiohttp"):  # so that they stay imported from one run to the next
    with suppress(ImportError):
        import_module(name)

SUITES = Path(__file__).parent / "vcr_suite"
ON = "[pytest]\noao_vcr = true\n"


def lay(project, name, module):
    """Lay out one of the recorded suites, whose `module` becomes a test module."""
    for path in (SUITES / name).rglob("*"):
        if path.is_file():
            inside = path.relative_to(SUITES / name)
            target = project.path / (f"test_{module}.py" if inside.name == f"{module}.py" else inside)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    (project.path / "test_agent.py").unlink()
    project.pytester.makeini(ON)


def interaction(uri="http://shop.test/hours", text="nine", *, method="GET", body=None, headers=None, status=200):
    """Return an interaction as vcrpy writes it."""
    return {
        "request": {"method": method, "uri": uri, "body": body, "headers": headers or {}},
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {"content-type": ["text/plain"]},
            "body": {"string": text},
        },
    }


def put(project, name, *interactions):
    """Write a cassette of vcrpy's where a test of test_agent.py looks for it."""
    path = project.path / "cassettes" / "test_agent" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"interactions": list(interactions), "version": 1}))
    return path


def run(project, *args):
    """Run the suite with `oao_vcr`, in this process: vcrpy takes half a second to import."""
    project.pytester.makeini(ON)
    return here(project, *args)


def here(project, *args):
    """Run the suite in this process."""
    return project.pytester.runpytest_inprocess("-p", "pytest_oao.plugin.entry", *args)
