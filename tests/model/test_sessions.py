import os

import pytest

from pytest_oao.model.sessions import Header, Origin
from pytest_oao.plugin.due_calls import due_of
from pytest_oao.runtime.chance import has_seed
from pytest_oao.runtime.variables import recorded_variables

METADATA = {"seed": 7, "calls_before_teardown": 1, "environment": {"OAO_OF_A_TEAM": "prod"}}


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        (Header("x", test="test_it.py::test_it", metadata=METADATA), True),
        (Header("x", origin=Origin("imported", "vcrpy"), test="test_it.py::test_it", metadata=METADATA), True),
        (Header("x", origin=Origin("imported", "langfuse"), metadata=METADATA), False),
    ],
)
def test_what_a_team_noted_of_a_run_says_nothing_of_a_test(header, ours, monkeypatch):
    monkeypatch.setenv("OAO_OF_A_TEAM", "dev")
    assert has_seed(header) is ours
    assert due_of(header) == (1 if ours else None)
    with recorded_variables(header, ["OAO_OF_A_TEAM"]):
        assert os.environ["OAO_OF_A_TEAM"] == ("prod" if ours else "dev")


def test_a_program_s_own_recording_has_a_seed_and_nothing_of_a_test_s(monkeypatch):
    monkeypatch.setenv("OAO_OF_A_TEAM", "dev")
    header = Header("x", metadata=METADATA)
    assert (has_seed(header), due_of(header)) == (True, None)
    with recorded_variables(header, ["OAO_OF_A_TEAM"]):
        assert os.environ["OAO_OF_A_TEAM"] == "dev"
