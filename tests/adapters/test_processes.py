"""Every way to start a process that Python code has: the same in replay, and no process."""

import asyncio
import gc
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.lanes_asyncio import AsyncioLanes
from pytest_oao.adapters.lanes_threads import ThreadLanes
from pytest_oao.adapters.processes import Processes
from pytest_oao.adapters.processes_asyncio import AsyncioProcesses
from pytest_oao.adapters.processes_os import OsProcesses
from pytest_oao.cassette.redaction import Redactor
from pytest_oao.errors import Diverged, EscapedCall
from pytest_oao.model.kinds import PROCESS
from pytest_oao.model.sessions import Ending, Header
from pytest_oao.runtime.gateway import Gateway
from pytest_oao.runtime.matching import Matcher
from pytest_oao.runtime.orders import ORDERS
from pytest_oao.runtime.reach import Reach
from pytest_oao.runtime.replayer import Replayer
from pytest_oao.runtime.running import running
from pytest_oao.runtime.scribe import Scribe
from pytest_oao.runtime.sites import Project
from pytest_oao.runtime.sources import Recorder
from pytest_oao.runtime.terms import Terms

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not recorded there")

PROGRAM = f"""#!{sys.executable}
import os, sys, time
what, *more = sys.argv[1:]
if what == "say":
    print(*more)
elif what == "both":
    print("out", flush=True); print("err", file=sys.stderr, flush=True); sys.exit(3)
elif what == "cat":
    sys.stdout.write(sys.stdin.read().upper())
elif what == "bytes":
    sys.stdout.buffer.write(bytes(range(256)) * 2)
elif what == "much":
    sys.stdout.write("x" * 300_000)
elif what == "where":
    print(os.path.basename(os.getcwd()), os.environ.get("SHOUT", "-"))
elif what == "sleep":
    print("began", flush=True); time.sleep(60)
elif what == "slowly":
    for n in range(3):
        print(n, flush=True); time.sleep(0.05)
elif what == "first":
    print(sys.stdin.readline().strip(), flush=True)
elif what == "talk":
    for line in sys.stdin:
        print("heard " + line.strip(), flush=True)
"""


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """A program that writes down that it ran, in a folder of the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "tool"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    installation = Installation([Processes(), AsyncioProcesses(), OsProcesses(), AsyncioLanes(), ThreadLanes()])
    yield program
    installation.uninstall()


REDACTOR = Redactor.of(environment={})


class Sink:
    def started(self, seq, call):
        pass

    def settled(self, exchange):
        pass


class Session:
    def __init__(self, tmp_path):
        self.project = Project(tmp_path)

    def record(self, work):
        gateway = Gateway(Header("s"), Recorder(), Scribe(REDACTOR, self.project, Sink()))
        result = self.run(gateway, work)
        assert gateway.session().in_doubt == ()
        self.recorded = gateway.session(Ending("passed"))
        return result

    def replay(self, work):
        replayer = Replayer(self.recorded, Matcher(REDACTOR, ()), ORDERS["lane"](self.recorded.exchanges))
        gateway = Gateway(self.recorded.header, replayer, Scribe(REDACTOR, self.project))
        return self.run(gateway, work)

    def run(self, gateway, work):
        gateway.terms = Terms(reach=Reach(programs=("tool", "no-such-*")))
        with running(gateway):
            result = outcome(work)
        if gateway.halted is None:
            gateway.finish()
        elif not isinstance(result, Diverged):
            raise gateway.halted
        return result


def outcome(work):
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return (
            type(error),
            str(error),
            getattr(error, "errno", None),
            getattr(error, "output", None),
            getattr(error, "filename", None),
        )


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path)


def popen_text():
    with subprocess.Popen(["tool", "slowly"], stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        return list(process.stdout), process.wait(), process.returncode


def to_a_file(**more):
    with tempfile.TemporaryFile("w+") as file:
        file.write("before\n")
        file.flush()
        subprocess.run(["tool", "both"], stdout=file, stderr=subprocess.STDOUT, check=False)
        file.seek(0)
        return file.read()


def from_a_file():
    with tempfile.TemporaryFile("w+") as file:
        file.write("skip this")
        file.seek(5)
        return subprocess.run(["tool", "cat"], stdin=file, capture_output=True, check=True).stdout


def out_of_time():
    try:
        subprocess.run(["tool", "sleep"], capture_output=True, timeout=0.5, check=False)
    except subprocess.TimeoutExpired as error:
        return error.cmd, error.timeout, error.output, error.stderr
    return None


def waits_again():
    process = subprocess.Popen(["tool", "slowly"], stdout=subprocess.PIPE)
    expired = 0
    for _ in range(2):
        try:
            process.communicate(timeout=0.001)
        except subprocess.TimeoutExpired:
            expired += 1
    return expired, process.communicate(timeout=20)[0], process.returncode


def terminated(stop):
    process = subprocess.Popen(["tool", "sleep"], stdout=subprocess.PIPE, start_new_session=True)
    line = process.stdout.readline()
    before = process.poll()
    stop(process)
    return line, before, process.wait(), process.poll(), process.stdout.read(), process.stdout.close()


def polled():
    process, lines = subprocess.Popen(["tool", "slowly"], stdout=subprocess.PIPE), 0
    while process.poll() is None:
        lines += bool(process.stdout.readline())
    rest = process.stdout.read()
    process.stdout.close()
    return lines, rest.count(b"\n") + lines


def dialogue():
    with subprocess.Popen(
        ["tool", "talk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        answers = []
        for word in ("one", "two"):
            process.stdin.write(f"{word}\n")
            answers.append(process.stdout.readline())
        process.stdin.close()
        answers.append(process.stdout.read())
    return answers, process.returncode


def selected():
    process, parts = subprocess.Popen(["tool", "both"], stdout=subprocess.PIPE, stderr=subprocess.PIPE), {}
    with selectors.DefaultSelector() as selector:
        for name in ("stdout", "stderr"):
            selector.register(getattr(process, name), selectors.EVENT_READ, name)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 100)
                parts[key.data] = parts.get(key.data, b"") + data
                if not data:
                    selector.unregister(key.fileobj)
    process.stdout.close()
    process.stderr.close()
    return parts, process.wait()


def piped():
    """`tool say hello | tool cat`."""
    first = subprocess.Popen(["tool", "say", "hello"], stdout=subprocess.PIPE)
    with subprocess.Popen(["tool", "cat"], stdin=first.stdout, stdout=subprocess.PIPE) as second:
        first.stdout.close()
        return second.communicate()[0], first.wait()


def piped_from_another():
    """A program that is no call writes to one that is."""
    first = subprocess.Popen(["echo", "hello"], stdout=subprocess.PIPE)
    with subprocess.Popen(["tool", "cat"], stdin=first.stdout, stdout=subprocess.PIPE) as second:
        first.stdout.close()
        return second.communicate()[0], first.wait()


class Own(subprocess.Popen):
    def wait(self, timeout=None):
        return super().wait(timeout) + 100


def subclass():
    with Own(["tool", "both"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        return process.stdout.read(), process.wait()


WAYS = {
    "run": lambda: vars(subprocess.run(["tool", "both"], capture_output=True, check=False)),
    "text": lambda: subprocess.run(["tool", "both"], capture_output=True, text=True, check=False).stderr,
    "universal newlines": lambda: (
        subprocess.run(["tool", "both"], capture_output=True, universal_newlines=True, check=False).stdout  # noqa: UP021
    ),
    "encoding": lambda: subprocess.check_output(["tool", "say", "ä€"], encoding="utf-8"),
    "check": lambda: subprocess.run(["tool", "both"], capture_output=True, check=True),
    "check_output": lambda: subprocess.check_output(["tool", "say", "a", "b c"]),
    "check_output, one stream": lambda: sorted(
        subprocess.run(
            "tool both", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        ).stdout.split()
    ),
    "call": lambda: subprocess.call(["tool", "both"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
    "getoutput": lambda: subprocess.getstatusoutput("tool say x"),
    "shell": lambda: (
        subprocess.run(
            "tool say $SHOUT | cat", shell=True, capture_output=True, env={**os.environ, "SHOUT": "!"}, check=True
        ).stdout
    ),
    "popen of os": lambda: os.popen("tool say x").read(),
    "system": lambda: os.system("tool both > /dev/null 2>&1"),
    "input": lambda: subprocess.run(["tool", "cat"], input=b"abc", capture_output=True, check=True).stdout,
    "text input": lambda: (
        subprocess.run(["tool", "cat"], input="äbc\n", capture_output=True, text=True, check=True).stdout
    ),
    "empty input": lambda: subprocess.run(["tool", "cat"], input=b"", capture_output=True, check=True).stdout,
    "much input": lambda: len(
        subprocess.run(["tool", "cat"], input=b"x" * 300_000, capture_output=True, check=True).stdout
    ),
    "input that is not all read": lambda: (
        subprocess.run(["tool", "first"], input=b"one\n" * 100_000, capture_output=True, check=True).stdout
    ),
    "bytes": lambda: subprocess.check_output(["tool", "bytes"]),
    "much": lambda: len(subprocess.check_output(["tool", "much"])),
    "folder": lambda: subprocess.check_output(["tool", "where"], cwd="sub"),
    "environment": lambda: subprocess.check_output(["tool", "where"], env={**os.environ, "SHOUT": "!"}),
    "Popen, lines": popen_text,
    "Popen, subclass": subclass,
    "to a file": to_a_file,
    "from a file": from_a_file,
    "out of time": out_of_time,
    "waits again": waits_again,
    "kill": lambda: terminated(lambda process: process.kill()),
    "terminate": lambda: terminated(lambda process: process.terminate()),
    "os.kill": lambda: terminated(lambda process: os.kill(process.pid, signal.SIGTERM)),
    "os.killpg": lambda: terminated(lambda process: os.killpg(os.getpgid(process.pid), signal.SIGTERM)),
    "polled": polled,
    "dialogue": dialogue,
    "selectors": selected,
    "pipeline": piped,
    "pipeline from another": piped_from_another,
    "missing": lambda: subprocess.run(["no-such-program"], check=True),
    "missing folder": lambda: subprocess.run(["tool", "say"], cwd="nowhere", check=True),
}


async def aio_exec():
    process = await asyncio.create_subprocess_exec(
        "tool", "both", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    return await process.communicate(), process.returncode


async def aio_shell():
    process = await asyncio.create_subprocess_shell("tool say x | cat", stdout=asyncio.subprocess.PIPE)
    return await process.communicate(), process.returncode


async def aio_input():
    process = await asyncio.create_subprocess_exec(
        "tool", "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    return await process.communicate(b"abc" * 50_000), process.returncode


async def aio_lines():
    process = await asyncio.create_subprocess_exec("tool", "slowly", stdout=asyncio.subprocess.PIPE)
    lines = [line async for line in process.stdout]
    return lines, await process.wait()


async def aio_gather():
    async def one(word):
        process = await asyncio.create_subprocess_exec("tool", "say", word, stdout=asyncio.subprocess.PIPE)
        return (await process.communicate())[0]

    return await asyncio.gather(*map(one, "abcd"))


async def aio_killed():
    process = await asyncio.create_subprocess_exec("tool", "sleep", stdout=asyncio.subprocess.PIPE)
    line = await process.stdout.readline()
    try:
        await asyncio.wait_for(process.wait(), 0.05)
    except TimeoutError:
        process.kill()
    return line, await process.wait(), await process.stdout.read()


async def aio_missing():
    await asyncio.create_subprocess_exec("no-such-program")


for work in (aio_exec, aio_shell, aio_input, aio_lines, aio_gather, aio_killed, aio_missing):
    WAYS[work.__name__] = lambda work=work: asyncio.run(work())


def open_files():
    gc.collect()
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


@pytest.mark.parametrize("way", WAYS)
def test_a_process_is_the_same_in_replay_and_does_not_start(way, tool, session):
    bare = outcome(WAYS[way]) if way != "polled" else None
    live = session.record(WAYS[way])
    if way not in {"polled", "waits again"}:
        assert live == bare, "recording changes what the agent sees"
    kinds = {one.call.kind for one in session.recorded.exchanges}
    assert kinds == {PROCESS}
    tool.unlink()
    before = open_files()
    began = time.monotonic()
    assert session.replay(WAYS[way]) == live
    assert time.monotonic() - began < 2
    assert open_files() <= before


def test_a_thread_runs_one_too(tool, session):
    def work():
        found = []
        threads = [
            threading.Thread(target=lambda n=n: found.append(subprocess.check_output(["tool", "say", str(n)])))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
            thread.join()
        return found

    live = session.record(work)
    assert live == [b"0\n", b"1\n", b"2\n"]
    tool.unlink()
    assert session.replay(work) == live


@pytest.mark.parametrize(
    ("recorded", "changed", "name"),
    [
        (
            lambda: subprocess.check_output(["tool", "say", "a"]),
            lambda: subprocess.check_output(["tool", "say", "b"]),
            "request changed",
        ),
        (
            lambda: subprocess.run("tool say a", shell=True, check=True, stdout=subprocess.DEVNULL),
            lambda: subprocess.run(["tool", "say", "a"], check=True),
            "request changed",
        ),
        (
            lambda: subprocess.check_output(["tool", "where"]),
            lambda: subprocess.check_output(["tool", "where"], cwd="sub"),
            "request changed",
        ),
        (
            WAYS["input"],
            lambda: subprocess.run(["tool", "cat"], input=b"abd", capture_output=True, check=True),
            "request changed",
        ),
        (WAYS["from a file"], WAYS["input"], "request changed"),
        (WAYS["input"], lambda: subprocess.check_output(["tool", "cat"], stdin=subprocess.DEVNULL), "call missing"),
        (lambda: asyncio.run(aio_input()), lambda: asyncio.run(aio_lines()), "request changed"),
        (
            WAYS["kill"],
            lambda: subprocess.Popen(["tool", "sleep"], stdout=subprocess.PIPE, start_new_session=True).wait(),
            "session ended late",
        ),
        (WAYS["run"], lambda: None, "call missing"),
        (
            lambda: subprocess.check_output(["tool", "say"]),
            lambda: [subprocess.check_output(["tool", "say"]) for _ in range(2)],
            "extra call",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_another_process_is_a_divergence(tool, session, recorded, changed, name):
    session.record(recorded)
    tool.unlink()
    with pytest.raises(Diverged) as caught:
        session.replay(changed)
    assert caught.value.divergence.name == name


def test_what_is_kept_can_be_read_and_is_the_same_on_another_machine(tool, session, tmp_path, monkeypatch):
    session.record(
        lambda: subprocess.run(
            [tool, "cat", tmp_path / "sub" / "x", str(tmp_path)],
            cwd="sub",
            input=b"hi",
            capture_output=True,
            check=True,
        )
    )
    start, given = session.recorded.exchanges
    assert start.call.target == "tool"
    assert start.call.body.json() == {"args": ["bin/tool", "cat", "sub/x", "."], "cwd": "sub"}
    assert start.call.attributes == {"process.executable.name": "tool"}
    assert start.outcome.body.json() == {"returncode": 0, "stdout": "HI", "stderr": "", "fed": True}
    assert given.call.target == "tool < input"
    assert given.call.body.json() == {"input": "hi"}
    assert given.call.lane == "0.0"


def test_a_process_that_outlives_the_session_is_recorded_as_running(tool, session):
    started = []

    def work():
        started.append(subprocess.Popen(["tool", "sleep"], stdout=subprocess.PIPE))
        return started[-1].stdout.readline()

    assert session.record(work) == b"began\n"
    started[0].kill()
    started[0].wait()
    assert session.recorded.exchanges[0].outcome.body.json() == {"returncode": None, "stdout": "began\n"}
    tool.unlink()
    assert session.replay(work) == b"began\n"
    assert started[1].poll() is None
    for process in started:
        process.stdout.close()


def test_other_programs_run_as_ever_in_replay(tool, session):
    def work():
        return subprocess.check_output(["echo", "x"]), subprocess.check_output(["tool", "say", "y"])

    assert session.record(work) == (b"x\n", b"y\n")
    assert len(session.recorded.exchanges) == 1
    tool.unlink()
    assert session.replay(work) == (b"x\n", b"y\n")


def test_uvloop_starts_processes_itself_and_is_refused(tool, session):
    uvloop = pytest.importorskip("uvloop")

    async def start():
        await asyncio.create_subprocess_exec("tool", "say")

    with pytest.raises(EscapedCall, match="uvloop was about to start a process"):
        session.record(lambda: uvloop.run(start()))


def test_how_a_process_ended_that_nobody_waited_for_is_not_kept_whenever_the_garbage_collector_asked(tool, session):
    def work():
        process = subprocess.Popen(["tool", "say", "x"], stdout=subprocess.PIPE)
        read = process.stdout.read()
        process.stdout.close()
        time.sleep(0.2)
        del process
        gc.collect()
        return read

    with pytest.warns(ResourceWarning):
        assert session.record(work) == b"x\n"
    assert session.recorded.exchanges[0].outcome.body.json() == {"returncode": None, "stdout": "x\n"}
    tool.unlink()
    with pytest.warns(ResourceWarning):
        assert session.replay(work) == b"x\n"
