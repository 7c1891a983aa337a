"""`oao_vcr`: suites of pytest-recording pass as they stand, with cassettes that vcrpy recorded, and when those are converted."""

import pytest
from vcr_projects import here, lay

from pytest_oao.cli.main import main

PASSED = {"shop": 12, "packed": 2}


@pytest.mark.parametrize(("name", "module"), [("shop", "shop"), ("packed", "boxes")])
def test_a_recorded_suite_passes_as_it_stands_and_converted(project, name, module):
    for needed in ("requests", "aiohttp"):
        pytest.importorskip(needed)
    lay(project, name, module)
    folder = project.path / "cassettes"
    before = held(folder)
    done = here(project, "--oao-replay")
    done.assert_outcomes(passed=PASSED[name])
    done.stdout.re_match_lines([r"\d+ calls replayed in \d+ tests, none live"])
    assert held(folder) == before
    project.monkeypatch.chdir(project.path)
    assert main(["import", "--in-place", "cassettes"]) == 0
    after = held(folder)
    assert len(after) == len(before)
    assert all(path.suffix == ".yaml" and data.startswith(b"oao: ") for path, data in after.items())
    done = here(project, "--oao-replay")
    done.assert_outcomes(passed=PASSED[name])
    done.stdout.re_match_lines([r"\d+ calls replayed in \d+ tests, none live"])


def held(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
