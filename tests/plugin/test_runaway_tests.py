"""Managed tests whose agents swallow everything for ever: each ends, and fails with what it was stopped for."""

import pytest

TOOL = """
import pytest_oao as oao

@oao.tool
def look_up(number):
    with open("ran", "a") as file:
        file.write("look_up ")

def runaway(number=1):
    while True:
        try:
            look_up(number)
        except BaseException:
            continue
"""

TESTS = {
    "function": """
@held
def test_order():
    runaway()
""",
    "loop of the test's own": """
@held
def test_order():
    while True:
        try:
            look_up(1)
        except:
            pass
""",
    "fixture": """
@pytest.fixture
def order():
    runaway()

@held
def test_order(order):
    pass
""",
    "unittest": """
import unittest

class TestOrder(unittest.TestCase):
    @held
    def test_order(self):
        runaway()
""",
    "asyncio": """
@held
@pytest.mark.asyncio
async def test_order():
    while True:
        await asyncio.gather(asyncio.to_thread(look_up, 1), return_exceptions=True)
""",
    "asyncio that never suspends": """
@held
@pytest.mark.asyncio
async def test_order():
    runaway()
""",
    "anyio": """
@held
@pytest.mark.anyio
async def test_order():
    while True:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.to_thread.run_sync, look_up, 1)
        except BaseException:
            continue
""",
}
HEAD = """
import asyncio, anyio, pytest
from pytest_oao import Policy
from tool_agent import look_up, runaway

held = pytest.mark.oao(policy=Policy(max_tool_calls=3))
"""
PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "anyio.pytest_plugin", "-o", "faulthandler_timeout=10")
EXITS = ("-o", "faulthandler_exit_on_timeout=true")


@pytest.mark.parametrize("shape", TESTS)
def test_a_test_that_swallows_everything_ends_and_fails(shape, light):
    light.write(tool_agent=TOOL, test_agent=HEAD + TESTS[shape] + AFTER)
    done = light.record(*PLUGINS, *EXITS, "-k", "not trio")
    done.stdout.fnmatch_lines(["oao: policy violation * max_tool_calls: 4 tool calls, at most 3*"])
    outcomes = done.parseoutcomes()
    assert (outcomes.get("failed", 0) + outcomes.get("errors", 0), outcomes["passed"]) == (1, 1)
    assert light.path.joinpath("ran").read_text().split() == ["look_up"] * 3


AFTER = """
def test_that_comes_after():
    import sys
    assert sys.gettrace() is None
    for number in range(1000):
        pass
"""


def test_a_test_that_diverges_and_swallows_it_ends_too(light):
    light.write(
        tool_agent=TOOL,
        test_agent="from tool_agent import *\nimport pytest\n\n@pytest.mark.oao\ndef test_order():\n    look_up(1)\n",
    )
    light.record().assert_outcomes(passed=1)
    light.edit("test_agent.py", "look_up(1)", "runaway(2)")
    done = light.replay(*PLUGINS[4:], *EXITS)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*tool arguments changed*"])
