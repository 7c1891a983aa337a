"""Calls that are under way, or come, when nobody is there for them: recorded or refused, never live in replay."""

import pytest

HEAD = """
import asyncio, contextlib, gc, threading, time, pytest
from my_agent import aanswer, answer

"""


def write(light, body, more=""):
    light.write(
        test_agent=HEAD + more + "\n@pytest.mark.oao\ndef test_refund():\n    " + body.strip().replace("\n", "\n    ")
    )


LOOP = """
loop = asyncio.new_event_loop()
{start}
loop.run_until_complete(asyncio.sleep(0.3))
loop.close()
answer('hi')
"""


@pytest.mark.parametrize(
    "start",
    [
        "task = loop.create_task(aanswer('HANG'))",
        "loop.create_task(aanswer('HANG'))\ngc.collect()",
        "tasks = [loop.create_task(aanswer(word)) for word in ('HANG', 'ho')]",
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_an_event_loop_that_is_closed_with_calls_in_flight(light, start):
    write(light, LOOP.format(start=start))
    done = light.record("-W", "ignore")
    text = done.stdout.str()
    assert "a call was still under way when the test ended" in text
    assert not [name for name in light.cassettes() if name.endswith(".yaml")]


def test_a_call_in_a_loop_that_is_closed_before_it_is_made_is_missing(light):
    write(light, "asyncio.run(aanswer('ho'))\nanswer('hi')")
    light.record().assert_outcomes(passed=1)
    live = light.server_count()
    write(light, "loop = asyncio.new_event_loop()\ntask = loop.create_task(aanswer('ho'))\nloop.close()\nanswer('hi')")
    done = light.replay("-W", "ignore")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*oao: *"])
    assert light.server_count() == live


TOOL = """
import pytest_oao, socket, os

go = threading.Event()

def late():
    go.wait(20)
    told = []
    for work in (lambda: answer("late"), lambda: socket.create_connection(("127.0.0.1", 9))):
        try:
            work()
        except BaseException as error:
            told.append(str(error))
    open("late.txt", "w").write("\\n".join(told))

@pytest_oao.tool
def search(word):
    threading.Thread(target=late).start()
    return word.upper()
"""

AFTER = """

def test_zz_after():
    go.set()
    for one in threading.enumerate():
        if one.name.endswith("(late)"):
            one.join()
"""


def test_a_thread_that_a_tool_leaves_behind_is_stopped_after_the_test_in_every_mode(light):
    write(light, "assert search('x') == 'X'\nanswer('hi')", TOOL)
    path = light.path / "test_agent.py"
    path.write_text(path.read_text() + AFTER)
    late = light.path / "late.txt"
    live = light.server_count()
    for run, told in ((light.record, 2), (lambda *more: light.replay("--oao-kind", "execute_tool=live", *more), 2)):
        late.unlink(missing_ok=True)
        run("-W", "ignore").assert_outcomes(passed=2)
        text = late.read_text()
        assert text.count("had ended") == told, text
    assert light.server_count() == live + 1
    late.unlink()
    light.replay("-W", "ignore").assert_outcomes(passed=2)
    assert not late.exists(), "a tool that is answered from the cassette starts nothing"


def test_a_call_that_a_kept_client_makes_after_its_session_ended_is_refused(light):
    """What holds on to a session's gateway does not write into a journal that is closed."""
    light.write(
        test_agent="""
        import pytest, pytest_oao
        from pytest_oao.runtime.running import current
        from pytest_oao.model.calls import Call
        from my_agent import answer

        kept = []

        @pytest.mark.oao
        def test_refund():
            answer("hi")
            kept.append(current())

        def test_zz_after():
            with pytest.raises(pytest_oao.OaoHalt, match="was made after its session had ended"):
                kept[0].admit(Call("chat", "POST /chat/completions"))
        """
    )
    light.record("-p", "no:randomly").assert_outcomes(passed=2)
    light.replay("-p", "no:randomly").assert_outcomes(passed=2)
    assert light.command("check", "cassettes").returncode == 0
