import pytest

AGENT = """
import os, pathlib
import pytest_oao as oao
from my_agent import answer

@oao.tool
def look_up(number):
    with open("runs", "a") as runs:
        runs.write("look_up ")
    return {"number": number, "state": os.environ.get("STATE", "paid")}

def agent():
    found = look_up(7)
    return answer(f"The order is {found['state']}.")
"""

TEST = """
import pytest
from tool_agent import agent

@pytest.mark.oao(MARK)
def test_order():
    assert agent().startswith("answer")
"""


@pytest.fixture
def shop(light):
    def marked(mark=""):
        light.write(tool_agent=AGENT, test_agent=TEST.replace("MARK", mark))
        return light

    return marked


def runs(project):
    """Return how often the tool ran, and forget it."""
    path = project.path / "runs"
    count = path.read_text().count("look_up") if path.exists() else 0
    path.unlink(missing_ok=True)
    return count


def recorded(project):
    project.record().assert_outcomes(passed=1)
    assert runs(project) == 1
    project.server.stop()
    return project


def test_a_tool_is_replayed_unless_somebody_says_otherwise(shop):
    project = recorded(shop())
    done = project.replay()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["2 calls replayed in 1 test, none live"])
    assert runs(project) == 0


WAYS = {
    "marker": ("kinds={'execute_tool:look_up': 'live'}", "", ()),
    "ini": ("", "execute_tool = live", ()),
    "command line": ("", "", ("--oao-kind", "execute_tool:look*=live")),
    "marker over ini": ("kinds={'execute_tool': 'live'}", "execute_tool = replay", ()),
    "command line over marker": ("kinds={'execute_tool': 'replay'}", "", ("--oao-kind=execute_tool=live",)),
    "the longest pattern": ("kinds={'execute_tool:look_up': 'live', 'execute_tool': 'replay'}", "", ()),
}


@pytest.mark.parametrize(("mark", "ini", "options"), WAYS.values(), ids=WAYS)
def test_a_live_tool_runs_and_the_model_is_replayed(mark, ini, options, shop):
    project = recorded(shop(mark))
    project.pytester.makeini(f"[pytest]\noao_kinds =\n  {ini}\n")
    done = project.replay(*options)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["1 call replayed in 1 test, 1 live"])
    assert runs(project) == 1


def test_a_live_tool_that_returns_something_else_shows_in_the_next_request(shop):
    project = recorded(shop("kinds={'execute_tool': 'live'}"))
    project.monkeypatch.setenv("STATE", "open")
    done = project.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: request changed — call 2 of 2, lane 0", "*The order is *paid*"])


def test_a_verified_tool_that_returns_something_else_is_named(shop):
    project = recorded(shop())
    project.replay("--oao-kind=execute_tool=verify").assert_outcomes(passed=1)
    assert runs(project) == 1
    project.monkeypatch.setenv("STATE", "open")
    done = project.replay("--oao-kind=execute_tool=verify")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "oao: tool outcome changed — call 1 of 2, lane 0",
            '*recorded *{"number":7,"state":"paid"}',
            '*came *{"number":7,"state":"open"}',
            "*$.state*",
        ]
    )


def test_a_pattern_that_met_no_call_is_told(shop):
    project = recorded(shop())
    done = project.replay("--oao-kind=execute_tool:lookup=verify")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["execute_tool:lookup: no call is one of these, and nothing was performed for it"])


@pytest.mark.parametrize(
    ("mark", "options", "told"),
    [
        ("kinds={'execute_tool': 'maybe'}", (), "execute_tool cannot be answered 'maybe'"),
        ("kinds='live'", (), "kinds='live' is of a wrong type"),
        ("kinds={':x': 'live'}", (), "':x' names no kind of call"),
        ("", ("--oao-kind", "live"), "'live' is no KIND=ANSWER"),
    ],
)
def test_what_is_no_answer_is_refused_before_any_test_runs(mark, options, told, shop):
    project = shop(mark)
    done = project.replay(*options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert told in done.stderr.str()
