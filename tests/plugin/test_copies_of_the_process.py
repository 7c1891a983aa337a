"""A fork or spawn of the process while a test is managed: a call of a copy is refused, and fails the test."""

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")

AGENT = """
import concurrent.futures, contextlib, multiprocessing, os, sys, urllib.request
import pytest_oao
from my_agent import answer

def quietly(work, *args):
    with contextlib.suppress(BaseException):
        work(*args)

def connect():
    urllib.request.urlopen(os.environ["MODEL_URL"] + "/count", timeout=5)

def double(number):
    return 2 * number

@pytest_oao.tool
def tool():
    print("the tool ran")

def forked(work):
    pid = os.fork()
    if pid == 0:
        try:
            quietly(work)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)

def started(method, work, *args):
    process = multiprocessing.get_context(method).Process(target=quietly, args=(work, *args))
    process.start()
    process.join()

def pooled(method, work, *args):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *args).result()
"""

TEST = """
import os, sys, time, pytest
from my_processes import *

@pytest.mark.oao
def test_refund():
    answer("hi")
    {body}

def test_after():
    print("the test after ran in", os.getpid())
"""


def write(light, body):
    light.write(my_processes=AGENT, test_agent=TEST.format(body=body.replace("\n", "\n    ")))


CALLS = {
    "forked": "forked(lambda: answer('ho'))",
    "fork": "started('fork', answer, 'ho')",
    "pool": "quietly(pooled, 'fork', answer, 'ho')",
    "connection": "forked(connect)",
    "spawn": "started('spawn', connect)",
    "spawned client": "started('spawn', answer, 'ho')",
    "forkserver": "started('forkserver', connect)",
    "spawned pool": "quietly(pooled, 'spawn', connect)",
    "forked tool": "forked(tool)",
    "spawned tool": "started('spawn', tool)",
}


@pytest.mark.parametrize("body", CALLS.values(), ids=CALLS)
def test_a_call_of_a_copy_fails_the_test_in_both_modes_and_reaches_nobody(light, body):
    write(light, "pass")
    light.record().assert_outcomes(passed=2)
    cassette = light.cassette().read_bytes()
    write(light, body)
    live = light.server_count()
    for run, calls in ((light.replay, 0), (light.record, 1)):
        done = run()
        done.assert_outcomes(failed=1, passed=1)
        text = done.stdout.str()
        told = "in a copy of the test's process (forked, or spawned by multiprocessing), a c"
        assert f"oao: test_agent.py::test_refund: {told}" in text
        assert "make the call in the process of the test" in text
        assert light.server_count() == live + calls
        assert "the tool ran" not in text
    assert light.cassette().read_bytes() == cassette
    journal = light.cassette().with_suffix(".oao.jsonl")
    checked = light.command("show", str(journal))
    assert checked.returncode == 0, checked.stdout + checked.stderr


WORK = {
    "forked": "forked(lambda: double(2))",
    "fork": "started('fork', double, 2)",
    "spawn": "started('spawn', double, 2)",
    "forkserver": "assert pooled('forkserver', double, 2) == 4",
    "pool": "assert pooled('fork', double, 2) == 4",
    "spawned pool": "assert pooled('spawn', double, 2) == 4",
}


@pytest.mark.parametrize("body", WORK.values(), ids=WORK)
def test_a_copy_that_only_computes_is_left_alone(light, body):
    write(light, body + "\nanswer('ho')")
    light.record().assert_outcomes(passed=2)
    light.replay().assert_outcomes(passed=2)
    assert light.cassettes() == ["test_agent/test_refund.yaml"]
    assert light.server_count() == 2


@pytest.mark.parametrize(
    ("end", "code"), [("return", 0), ("sys.exit(3)", 3), ("sys.exit('x')", 1), ("sys.exit()", 0), ("1 / 0", 1)]
)
def test_a_copy_that_comes_back_from_the_test_does_not_run_the_rest_of_the_suite(light, end, code):
    write(
        light,
        f"pid = os.fork()\nif pid == 0:\n    {end}\nassert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == {code}\nanswer('ho')",
    )
    for done in (light.record("-s"), light.replay("-s")):
        done.assert_outcomes(passed=2)
        assert done.stdout.str().count("the test after ran in") == 1
    assert light.server_count() == 2
