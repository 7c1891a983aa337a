"""`oao_vcr`: suites of pytest-recording pass as they stand, with cassettes that vcrpy recorded."""

import pytest
from vcr_projects import here, lay

PASSED = {"shop": 12, "packed": 2}


@pytest.mark.parametrize(("name", "module"), [("shop", "shop"), ("packed", "boxes")])
def test_a_recorded_suite_passes_as_it_stands(project, name, module):
    lay(project, name, module)
    before = {path: path.read_bytes() for path in (project.path / "cassettes").rglob("*") if path.is_file()}
    done = here(project, "--oao-replay")
    done.assert_outcomes(passed=PASSED[name])
    done.stdout.re_match_lines([r"\d+ calls replayed in \d+ tests, none live"])
    assert before == {path: path.read_bytes() for path in (project.path / "cassettes").rglob("*") if path.is_file()}
