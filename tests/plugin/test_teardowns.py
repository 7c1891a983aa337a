"""A halt in a fixture's teardown: all other fixtures are taken down, and it is told once."""

import pytest

SYNC = """
import os, pytest
import pytest_oao as oao
from my_agent import aanswer, answer

def ran(name):
    with open("ran", "a") as file:
        file.write(name + " ")

@pytest.fixture(scope="module")
def wide():
    yield
    ran("wide")

@pytest.fixture
def one(request):
    request.addfinalizer(lambda: ran("last"))
    yield
    ran("one")
    answer("delete one")

@pytest.fixture
def two(one):
    yield
    ran("two")
    answer("delete two")

@pytest.mark.oao
def test_it(wide, one, monkeypatch, two):
    monkeypatch.setenv("LEFT", "behind")
    answer("hi")

def test_zz_after():
    assert "LEFT" not in os.environ
"""

ASYNC = (
    SYNC.replace("def one", "async def one")
    .replace("def two", "async def two")
    .replace("def test_it", "async def test_it")
    .replace("    answer(", "    await aanswer(")
)
ALL = "two one last wide "


def ran(light):
    """Return which fixtures were taken down since this was asked last."""
    path = light.path / "ran"
    told = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    return told


def halted(light, text):
    """Record a test, change what one of its fixtures asks when it is taken down, and return the replay."""
    light.write(test_agent=text)
    light.record().assert_outcomes(passed=2)
    assert ran(light) == ALL
    light.edit("test_agent.py", "delete two", "remove two")
    done = light.replay()
    done.assert_outcomes(passed=2, errors=1)
    assert ran(light) == ALL
    assert done.stdout.str().count("oao: request changed — call 2 of 3") == 1
    return done


def test_a_halt_keeps_no_fixture_from_being_taken_down(light):
    done = halted(light, SYNC)
    for never in ("*TornDown*", "*raised besides*"):
        done.stdout.no_fnmatch_line(never)
    light.edit("test_agent.py", 'ran("one")', 'raise ValueError("of its own")')
    done = light.replay()
    done.assert_outcomes(passed=2, errors=1)
    assert ran(light) == ALL.replace("one ", "")
    done.stdout.fnmatch_lines(["*oao: request changed*", "raised besides: ValueError: of its own"])
    light.edit("test_agent.py", 'ValueError("of its own")', "KeyboardInterrupt")
    assert "KeyboardInterrupt" in light.replay().stdout.str()


def test_what_stopped_a_test_is_told_once_and_its_fixtures_are_taken_down(light):
    light.write(test_agent=SYNC)
    light.record().assert_outcomes(passed=2)
    ran(light)
    light.edit("test_agent.py", '"hi"', '"hello"')
    done = light.replay()
    done.assert_outcomes(passed=1, failed=1)
    assert ran(light) == ALL
    assert done.stdout.str().count("oao: request changed — call 1 of 3") == 1


def test_a_policy_that_stops_a_teardown_stops_no_other_live_or_in_a_replay(light):
    light.write(test_agent=SYNC)
    light.record().assert_outcomes(passed=2)
    light.edit("test_agent.py", "@pytest.mark.oao\n", "@pytest.mark.oao(policy=oao.Policy(max_steps=1))\n")
    for run in (light.record, light.replay):
        ran(light)
        done = run()
        done.assert_outcomes(passed=2, errors=1)
        assert ran(light) == ALL
        done.stdout.fnmatch_lines(["*max_steps*"])


def test_async_fixtures_are_taken_down_too(light):
    pytest.importorskip("pytest_asyncio")
    ini = "[pytest]\naddopts = -p pytest_asyncio.plugin\nasyncio_mode = auto\n"
    light.path.joinpath("pytest.ini").write_text(f"{ini}asyncio_default_fixture_loop_scope = function\n")
    halted(light, ASYNC)


WIDE = """

@pytest.fixture(scope="module")
def widest():
    yield
    ran("widest")
"""


def test_a_wide_fixture_that_calls_in_its_teardown_stops_no_other(light):
    source = SYNC.replace('ran("wide")', 'ran("wide")\n    answer("delete all")').replace(
        "def wide():", "def wide(widest):"
    )
    light.write(test_agent=source.partition("def test_zz_after")[0] + WIDE)
    done = light.record()
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*the module-scoped fixture 'wide' makes a host call*"])
    assert ran(light) == f"{ALL}widest "
