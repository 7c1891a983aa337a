import pdb  # noqa: T100 - how it asks is what is tested
import re

import pytest

import pytest_oao as oao
from pytest_oao.errors import BadOption, Diverged


def recorded(tmp_path, act, *answers):
    with oao.record(tmp_path) as recording, oao.answering(*answers):
        result = act()
    return recording.cassette, result


SCHEMA = {"type": "object", "required": ["number"], "properties": {"number": {"type": "integer"}}}
ASKED = {
    "text": (lambda: oao.ask("Who?"), "Anna"),
    "choice": (lambda: oao.ask("Which?", choices=[1, 2]), 2),
    "schema": (lambda: oao.ask("What?", schema=SCHEMA), {"number": 4}),
    "input": (lambda: input("Name: "), "Anna"),
    "input without a prompt": (lambda: input(), ""),  # noqa: PLW0108 - the name is looked up when it is called
}


@pytest.mark.parametrize(("act", "answer"), ASKED.values(), ids=ASKED)
def test_an_answer_is_recorded_and_given_again(act, answer, tmp_path):
    path, result = recorded(tmp_path, act, answer)
    assert result == answer
    with oao.replay(path) as session:
        assert act() == answer
        (call,) = session.calls
    assert (call.kind, call.response) == ("human_input", answer)


def test_a_function_answers_what_is_left(tmp_path):
    asked = []

    def answer(question):
        asked.append(question)
        return "yes"

    path, result = recorded(tmp_path, lambda: [oao.ask("A?"), oao.ask("B?"), input("C? ")], "first", answer)
    assert result == ["first", "yes", "yes"]
    assert asked == ["B?", "C? "]
    assert oao.load(path).exchanges[0].call.target == "ask"


@pytest.mark.parametrize(
    ("options", "answer", "told"),
    [
        ({"choices": ["S", "M"]}, "XL", "'XL' is no answer to 'Which?': give one of S, M"),
        ({"schema": SCHEMA}, {"number": "x"}, "'x' is not of type 'integer'"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(options, answer, told, tmp_path):
    with pytest.raises(BadOption, match=re.escape(told)):
        recorded(tmp_path, lambda: oao.ask("Which?", **options), answer)


def test_without_a_session_the_terminal_is_asked(monkeypatch):
    typed = iter(["XL", "M"])
    shown = []
    monkeypatch.setattr("builtins.input", lambda prompt: shown.append(prompt) or next(typed))
    assert oao.ask("Which?", choices=["S", "M"]) == "M"
    assert shown == ["Which? (S / M) ", "give one of S, M: "]


def test_three_answers_that_do_not_fit_are_enough(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: "XL")
    with pytest.raises(BadOption, match=r"no answer to 'Which\?'"):
        oao.ask("Which?", choices=["S", "M"])


def test_a_debugger_asks_no_person(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", __import__("io").StringIO("c\n"))
    with oao.record(tmp_path) as recording:
        debugger = pdb.Pdb()
        debugger.use_rawinput = True
        exec(compile("result = input('(Pdb) ')", "pdb.py", "exec"), namespace := {"__name__": "pdb"})
    assert namespace["result"] == "c"
    assert oao.load(recording.cassette).exchanges == ()


def test_another_question_diverges(tmp_path):
    path, _ = recorded(tmp_path, lambda: oao.ask("Who?"), "Anna")
    with pytest.raises(Diverged, match="request changed"), oao.replay(path):
        oao.ask("What?")
