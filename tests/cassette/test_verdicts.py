"""What a policy said, in journals and cassettes: kept as it was, and damage told."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_oao.cassette import loading, shelf
from pytest_oao.cassette.fields import Fields
from pytest_oao.cassette.journal import Journal
from pytest_oao.cassette.verdicts import verdict_forms, verdicts_of
from pytest_oao.errors import OaoError
from pytest_oao.model.calls import Call
from pytest_oao.model.exchanges import Exchange
from pytest_oao.model.outcomes import Raised, Returned
from pytest_oao.model.sessions import Ending, Header, Session
from pytest_oao.model.verdicts import SAID, Verdict

CALL = Call("execute_tool", "pay")
texts = st.text(max_size=20)
verdicts = st.lists(st.builds(Verdict, st.sampled_from(SAID), texts, texts, texts), max_size=4).map(tuple)
SOME = (
    Verdict("approved", "require_approval", "ann", "it is due"),
    Verdict("checkpointed", "checkpoint_before"),
    Verdict("denied", "max_tokens", why="51 tokens; at most 50"),
)


def read(form):
    fields = Fields({"verdicts": form}, "", "file")
    return verdicts_of(fields)


@given(verdicts)
def test_they_are_read_as_they_were_written(said):
    forms = verdict_forms(said)
    assert read(json.loads(json.dumps(forms))) == said


def test_what_only_lets_a_call_through_is_a_word():
    assert verdict_forms((Verdict("allowed"),)) == ["allowed"]
    assert verdict_forms(SOME)[1] == {"said": "checkpointed", "rule": "checkpoint_before"}


@pytest.mark.parametrize(
    "form",
    [
        ["denied"],
        [{"said": "perhaps"}],
        [{"rule": "max_steps"}],
        [{"said": "denied", "rule": 3}],
        [{"said": "denied", "more": "x"}],
        [None],
        "allowed",
    ],
)
def test_what_is_no_verdict_is_damage(form):
    with pytest.raises(OaoError) as damaged:
        read(form)
    assert "file" in str(damaged.value)


def test_none_are_none():
    assert verdicts_of(Fields({}, "", "file")) == ()


@pytest.mark.parametrize("said", [(), (Verdict("allowed"),), SOME])
def test_journals_and_cassettes_keep_them(tmp_path, said):
    exchange = Exchange(1, CALL, Returned(), verdicts=said)
    denied = Exchange(2, CALL, Raised("PolicyViolation", "no"), verdicts=(Verdict("denied", "max_steps", why="no"),))
    session = Session(Header("s"), (exchange, denied), Ending("passed"))
    shelf.save(session, tmp_path / "a.yaml")
    assert [one.verdicts for one in loading.load(tmp_path / "a.yaml").exchanges] == [said, denied.verdicts]
    journal = Journal.create(tmp_path / "a.oao.jsonl", Header("s"))
    for one in (exchange, denied):
        journal.started(one.seq, one.call)
        journal.settled(one)
    journal.close(Ending("passed"))
    assert [one.verdicts for one in loading.load(tmp_path / "a.oao.jsonl").exchanges] == [said, denied.verdicts]


def test_a_cassette_without_a_policy_says_nothing_of_it(tmp_path):
    session = Session(Header("s"), (Exchange(1, CALL, Returned()),), Ending("passed"))
    shelf.save(session, tmp_path / "a.yaml")
    assert "verdicts" not in (tmp_path / "a.yaml").read_text()
    shelf.save(replace(session, exchanges=(Exchange(1, CALL, Returned(), verdicts=SOME),)), tmp_path / "b.yaml")
    assert "by: ann" in (tmp_path / "b.yaml").read_text()
