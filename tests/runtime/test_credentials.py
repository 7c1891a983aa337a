import os

import pytest

from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Returned
from pytest_oao.runtime.credentials import DUMMIES, REGION, dummy_credentials


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in DUMMIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv(REGION, raising=False)


def test_absent_keys_get_dummies_and_lose_them_again():
    with dummy_credentials():
        assert {name: os.environ.get(name) for name in DUMMIES} == DUMMIES
    assert not DUMMIES.keys() & os.environ.keys()


def test_present_keys_stay(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "mine")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    with dummy_credentials():
        assert os.environ["OPENAI_API_KEY"] == "mine"
        assert os.environ["ANTHROPIC_API_KEY"] == DUMMIES["ANTHROPIC_API_KEY"]
    assert os.environ["OPENAI_API_KEY"] == "mine"
    assert os.environ["ANTHROPIC_API_KEY"] == ""


def test_a_key_that_is_set_inside_stays():
    with dummy_credentials():
        os.environ["OPENAI_API_KEY"] = "set by the test"
    assert os.environ.pop("OPENAI_API_KEY") == "set by the test"


def test_they_nest_and_go_away_after_an_error():
    with pytest.raises(ValueError, match="x"), dummy_credentials():
        with dummy_credentials():
            pass
        assert os.environ["OPENAI_API_KEY"]
        raise ValueError("x")
    assert "OPENAI_API_KEY" not in os.environ


def to(url):
    return Exchange(1, Call("http", "GET", url=url), Returned())


def test_the_region_is_that_of_the_record_and_one_of_the_machine_stays(monkeypatch):
    exchanges = [to("https://files.invalid/x"), to("https://bedrock-runtime.eu-central-1.amazonaws.com/model/x/invoke")]
    with dummy_credentials():  # those of a whole run
        assert os.environ[REGION] == "us-east-1"
        with dummy_credentials(exchanges):
            assert os.environ[REGION] == "eu-central-1"
        assert os.environ[REGION] == "us-east-1"
    assert REGION not in os.environ
    monkeypatch.setenv(REGION, "mine-1")
    with dummy_credentials(exchanges):
        assert os.environ[REGION] == "mine-1"
    assert os.environ[REGION] == "mine-1"
