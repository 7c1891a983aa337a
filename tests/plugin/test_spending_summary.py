import pytest

PRICES = "gpt-test: {input: 1000, cached_input: 1000, output: 2000}\n"
"""Of a call of the model server, which takes 11 tokens (4 of them cached) and answers 7: 2.5 cents."""
TESTS = """
import pytest
import pytest_oao
from my_agent import answer

@pytest_oao.tool
def search(word):
    return word

@pytest.mark.oao
def test_once():
    answer("one")

@pytest.mark.oao
def test_thrice():
    for word in ("a", "b", "c"):
        answer(search(word))

@pytest.mark.oao
def test_tools_only():
    search("x")
"""


@pytest.fixture
def priced(light):
    (light.path / "prices.yaml").write_text(PRICES)
    light.pytester.makeini("[pytest]\noao_prices = prices.yaml\n")
    light.write(test_agent=TESTS)
    return light


def told(done):
    lines = done.outlines
    start = next(number for number, line in enumerate(lines) if line.strip("-") == " oao ")
    end = next(
        number for number, line in enumerate(lines) if number > start and (line[:1] == "=" or "passed in" in line)
    )
    return [
        line for line in lines[start + 1 : end] if any(word in line for word in (" step", "test_agent.py::", "total"))
    ]


def test_recorded_tests_spend_and_replayed_ones_save(priced):
    assert told(priced.record()) == [
        "                            steps  tokens    cost",
        "test_agent.py::test_thrice      6      54  $0.075",
        "test_agent.py::test_once        1      18  $0.025",
        "total                           8      72   $0.10",
    ]
    assert told(priced.replay()) == [
        "                            steps  tokens   cost   saved",
        "test_agent.py::test_thrice      6      54  $0.00  $0.075",
        "test_agent.py::test_once        1      18  $0.00  $0.025",
        "total                           8      72  $0.00   $0.10",
    ]
    assert told(priced.replay("-q")) == ["8 steps, 72 tokens, saved $0.10"]


def test_workers_of_xdist_tell_it_too(priced):
    priced.record()
    assert told(priced.replay("-q", "-p", "xdist.plugin", "-n", "2")) == ["8 steps, 72 tokens, saved $0.10"]


def test_calls_that_a_replay_performs_are_spent(priced):
    priced.record()
    done = priced.live("--oao-kind", "chat=live", "-k", "thrice")
    assert told(done)[1].split() == ["test_agent.py::test_thrice", "6", "54", "$0.075"]


def test_a_test_that_fails_live_has_spent(priced):
    priced.edit("test_agent.py", 'answer("one")', 'assert not answer("one")')
    assert "test_agent.py::test_once        1      18  $0.025" in told(priced.record())


def test_a_model_without_a_price_cost_nobody_knows_what(light):
    assert told(light.record("-q")) == ["1 step, 18 tokens, spent unknown (1 call unpriced)"]
    assert told(light.replay())[1].split() == ["test_agent.py::test_refund", "1", "18", "$0.00", "unknown"]


def test_without_model_calls_nothing_is_told(priced):
    assert told(priced.record("-k", "tools_only")) == []


def test_a_denied_call_was_neither_replayed_nor_spent(priced):
    priced.record()
    priced.pytester.makeini("[pytest]\noao_prices = prices.yaml\noao_policy = strict.yaml\n")
    (priced.path / "strict.yaml").write_text("max_model_calls: 2\n")
    done = priced.replay("-k", "thrice")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["5 calls replayed in 1 test, none live"])
    assert told(done)[1].split() == ["test_agent.py::test_thrice", "5", "36", "$0.00", "$0.05"]
