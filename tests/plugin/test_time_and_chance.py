"""Time, chance and environment of managed tests, as a user's project sees them."""

import re

import pytest

AGENT = """
import os, random, time, uuid
import httpx2
from datetime import datetime

def now():
    return f"{datetime.now()} {time.time()} {uuid.uuid4()} {random.random()} {os.environ.get('SHOP_MODE')}"

def answer(question):
    asked = {"model": "gpt-test", "messages": [{"role": "user", "content": question}]}
    with httpx2.Client(base_url=os.environ["MODEL_URL"]) as client:
        return client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"]
"""
TEST = """
import pytest
from my_agent import answer, now

@pytest.mark.oao
def test_refund():
    assert answer(now())
    assert answer(now())
"""


@pytest.fixture
def shop(light):
    light.write(my_agent=AGENT, test_agent=TEST)
    return light


def test_prompts_that_tell_time_and_chance_are_equal_in_replay(shop):
    shop.record().assert_outcomes(passed=1)
    shop.server.stop()
    done = shop.replay()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["2 calls replayed in 1 test, none live"])
    done.stdout.no_fnmatch_line("*ids in requests differ*")


def test_an_agent_that_reads_more_or_less_than_before_is_no_other_agent(shop):
    shop.record().assert_outcomes(passed=1)
    shop.edit(
        "my_agent.py", "def answer(question):", "def answer(question):\n    started = time.time(), time.perf_counter()"
    )
    shop.replay().assert_outcomes(passed=1)
    shop.edit(
        "test_agent.py", "assert answer(now())\n    assert answer(now())", "now()\n    answer(now())\n    answer(now())"
    )
    done = shop.replay()
    done.assert_outcomes(failed=1)  # one uuid and one number more were drawn: that matters, and shows in the request
    done.stdout.fnmatch_lines(["*request changed*"])


def test_a_time_that_changes_a_prompt_is_a_difference(shop):
    shop.record().assert_outcomes(passed=1)
    shop.edit("my_agent.py", "{datetime.now()}", "{datetime.now().year + 1}")
    shop.replay().assert_outcomes(failed=1)


def test_the_clock_may_be_live(shop):
    shop.write(my_agent=AGENT.replace("{uuid.uuid4()} {random.random()}", ""))
    shop.record().assert_outcomes(passed=1)
    shop.replay("--oao-kind", "clock=live").assert_outcomes(failed=1)
    shop.replay("--oao-kind", "random=live").assert_outcomes(passed=1)


def test_oao_env(shop):
    shop.pytester.makeini("[pytest]\noao_env = SHOP_MODE SHOP_API_KEY\n")
    shop.monkeypatch.setenv("SHOP_MODE", "of the recording")
    shop.monkeypatch.setenv("SHOP_API_KEY", "hunter2hunter2")
    shop.record().assert_outcomes(passed=1)
    text = shop.cassette().read_text()
    assert "SHOP_MODE: of the recording" in text
    assert "hunter2" not in text
    shop.monkeypatch.delenv("SHOP_MODE")
    shop.replay().assert_outcomes(passed=1)
    shop.pytester.makeini("[pytest]\n")
    shop.replay().assert_outcomes(failed=1)


def test_recording_anew_draws_the_same(shop):
    shop.write(my_agent=AGENT.replace("{datetime.now()} {time.time()}", ""))
    found = []
    for _ in range(2):
        shop.record().assert_outcomes(passed=1)
        found.append(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27} 0[.][0-9]+", shop.cassette().read_text()))
    assert len(found[0]) == 2
    assert found[0] == found[1]


def test_a_recording_whose_prompts_tell_the_time_is_another_one(shop):
    shop.record().assert_outcomes(passed=1)
    before = shop.cassette().read_bytes()
    shop.record().assert_outcomes(passed=1)
    assert shop.cassette().read_bytes() != before
    shop.server.stop()
    shop.replay().assert_outcomes(passed=1)


def test_unit_tests_that_only_read_clocks_are_left_alone(shop):
    shop.pytester.makeini("[pytest]\noao_auto = true\n")
    shop.write(test_agent=TEST.replace("@pytest.mark.oao", "").replace("answer(now())", "now()"))
    shop.record().assert_outcomes(passed=1)
    assert shop.cassettes() == []
    shop.run().assert_outcomes(passed=1)
    shop.replay().assert_outcomes(passed=1)


def test_a_managed_test_that_only_reads_clocks_makes_no_call(shop):
    shop.write(test_agent=TEST.replace("answer(now())", "now()"))
    done = shop.record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*made no host call*"])


def test_tests_see_calls_and_readings_apart(shop):
    shop.write(
        test_agent=TEST.replace("@pytest.mark.oao\n", "").replace("test_refund()", "test_refund(oao)")
        + "    assert len(oao.calls) == 2\n    assert len(oao.calls('clock')) == 4\n"
    )
    shop.record().assert_outcomes(passed=1)
    shop.replay().assert_outcomes(passed=1)


def test_a_divergence_counts_as_the_cassette_does(shop):
    shop.record().assert_outcomes(passed=1)
    shop.edit(
        "test_agent.py",
        "assert answer(now())\n    assert answer(now())",
        "assert answer(now())\n    assert answer('other')",
    )
    done = shop.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*request changed*call 6 of 6*"])


def test_other_tests_keep_their_clock_and_their_names(shop):
    shop.write(
        test_agent=TEST,
        test_other="""
        import os, random, time, uuid
        from time import monotonic
        import my_agent

        def test_other():
            for function in (monotonic, time.monotonic, time.sleep, os.urandom):
                assert type(function).__name__ == "builtin_function_or_method"
            assert type(random.random).__name__ == "builtin_function_or_method"
            assert random.Random.seed.__module__ == "random"
        """,
    )
    shop.record().assert_outcomes(passed=2)
    shop.replay().assert_outcomes(passed=2)


def test_pytest_randomly_seeds_what_it_seeds(shop):
    pytest.importorskip("pytest_randomly")
    shop.record().assert_outcomes(passed=1)
    for seed in (1, 2):
        shop.replay("-p", "pytest_randomly", "-p", "no:cacheprovider", f"--randomly-seed={seed}").assert_outcomes(
            passed=1
        )


def test_a_journey_of_the_tests_own_wins(shop):
    shop.edit(
        "test_agent.py",
        "def test_refund():",
        "def test_refund():\n    import time_machine\n    with time_machine.travel(1000, tick=False):\n"
        "        assert now().startswith('1970')",
    )
    shop.record().assert_outcomes(passed=1)
    shop.replay().assert_outcomes(passed=1)


def test_a_fixture_of_wider_scope_has_the_real_ones(shop):
    shop.edit(
        "test_agent.py",
        "@pytest.mark.oao",
        "@pytest.fixture(scope='module', autouse=True)\ndef wide():\n    yield now()\n    now()\n\n@pytest.mark.oao",
    )
    shop.record().assert_outcomes(passed=1)
    assert shop.cassette().read_text().count("kind: clock") == 4
    shop.replay().assert_outcomes(passed=1)
