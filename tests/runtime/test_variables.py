import os

import pytest

from pytest_oao.cassette.redaction import Redactor
from pytest_oao.model.sessions import Header
from pytest_oao.runtime.variables import recorded_variables, variables_record

REDACTOR = Redactor.of(environment={})


def test_named_variables_are_kept_set_and_put_back(monkeypatch):
    monkeypatch.setenv("SHOP_MODE", "test")
    monkeypatch.delenv("SHOP_REGION", raising=False)
    names = ["SHOP_MODE", "SHOP_REGION"]
    header = Header("s", test="test_shop.py::test_it", metadata=variables_record(names, REDACTOR))
    assert header.metadata == {"environment": {"SHOP_MODE": "test", "SHOP_REGION": None}}

    monkeypatch.setenv("SHOP_MODE", "other")
    monkeypatch.setenv("SHOP_REGION", "eu")
    with pytest.raises(ZeroDivisionError), recorded_variables(header, names):
        assert os.environ["SHOP_MODE"] == "test"
        assert "SHOP_REGION" not in os.environ
        raise ZeroDivisionError
    assert (os.environ["SHOP_MODE"], os.environ["SHOP_REGION"]) == ("other", "eu")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOP_API_KEY", "hunter2hunter2"),
        ("SHOP_NOTE", "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"),
        ("SHOP_BYTES", os.fsdecode(b"\xff\xfe")),
    ],
)
def test_a_secret_is_not_written_and_stays_as_it_is(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    assert variables_record([name], REDACTOR) == {}
    with recorded_variables(Header("s"), [name]):
        assert os.environ[name] == value


def test_a_name_that_is_no_longer_asked_for_is_left_alone(monkeypatch):
    monkeypatch.setenv("SHOP_MODE", "other")
    with recorded_variables(Header("s", test="t.py::t", metadata={"environment": {"SHOP_MODE": "test"}}), []):
        assert os.environ["SHOP_MODE"] == "other"


def test_what_a_hand_made_header_says_otherwise_is_passed_over(monkeypatch):
    monkeypatch.setenv("SHOP_MODE", "other")
    for told in ("x", {"SHOP_MODE": 3}, {"SHOP_MODE": ["a"]}):
        with recorded_variables(Header("s", test="t.py::t", metadata={"environment": told}), ["SHOP_MODE"]):
            assert os.environ["SHOP_MODE"] == "other"
