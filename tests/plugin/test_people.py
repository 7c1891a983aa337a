import os
import pty
import select
import subprocess
import sys
import time

import pytest

AGENT = """
import pytest_oao as oao

def order():
    name = input("Your name? ")
    size = oao.ask("Which size?", choices=["S", "M"])
    return f"{name} takes {size}"
"""

TEST = """
import pytest
import pytest_oao
from order_agent import order

@pytest.mark.oao
def test_order(oao):
    print("some output that is captured")
    WITH
        assert order() == "Anna takes M"
    assert [(call.kind, call.target, call.response) for call in oao.calls] == [
        ("human_input", "input", "Anna"), ("human_input", "ask", "M")
    ]
"""


@pytest.fixture
def shop(light):
    def made(answering="if True:"):
        light.write(order_agent=AGENT, test_agent=TEST.replace("WITH", answering))
        return light

    return made


def typed(project, *lines):
    """Record at a terminal, where somebody types lines, each at a prompt; return what the terminal shows."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "-p", "pytest_oao.plugin.entry", "--oao-record"]
    child = subprocess.Popen(command, cwd=project.path, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    shown, waiting, ends = "", list(lines), time.monotonic() + 60
    while time.monotonic() < ends:
        ready, _, _ = select.select([ours], [], [], 0.2)
        try:
            shown += os.read(ours, 4096).decode() if ready else ""
        except OSError:  # the other end is closed
            break
        if waiting and shown.rstrip().endswith(("?", "M)", "M:")):
            os.write(ours, f"{waiting.pop(0)}\n".encode())
            shown += "\n"
        if child.poll() is not None and not ready:
            break
    child.wait(timeout=20)
    os.close(ours)
    return shown


def test_a_person_at_the_terminal_is_asked_while_recording_and_never_again(shop):
    project = shop()
    shown = typed(project, "Anna", "XL", "M")
    assert "1 passed" in shown, shown
    assert "give one of S, M" in shown
    assert "some output" not in shown
    project.replay().assert_outcomes(passed=1)


def test_answers_may_be_given_beforehand(shop):
    project = shop("with pytest_oao.answering('Anna', 'M'):")
    project.record().assert_outcomes(passed=1)
    project.replay().assert_outcomes(passed=1)
    project.write(test_agent=TEST.replace("WITH", "if True:"))
    project.replay().assert_outcomes(passed=1)


def test_without_a_terminal_and_without_an_answer_the_recording_stops(shop):
    done = shop().record()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*a person is asked, and nobody can answer: 'Your name? '",
            "*record in a terminal*pytest_oao.answering*",
            "*oao explain nobody-answers*",
        ]
    )


def test_a_question_that_changed_is_a_divergence(shop):
    project = shop("with pytest_oao.answering('Anna', 'M'):")
    project.record().assert_outcomes(passed=1)
    project.write(order_agent=AGENT.replace("Your name?", "Who are you?"))
    done = project.replay()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["oao: request changed — call 1 of 2, lane 0"])
