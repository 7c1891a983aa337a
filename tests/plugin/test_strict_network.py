"""`--oao-strict-network`: nothing that the run starts can reach the network; what tries is told."""

import os
import sys

import pytest

from pytest_oao.runtime.seccomp_program import ABIS

if sys.platform != "linux" or os.uname().machine not in ABIS:
    pytest.skip("seccomp is Linux's", allow_module_level=True)

STRICT = "--oao-strict-network"

TEST = """
import asyncio, contextlib, ctypes.util, os, platform, socket, subprocess, sys, threading, multiprocessing
import pytest
from my_agent import aanswer, answer

@pytest.mark.oao
def test_refund():
    answer("hi")
    {body}
"""


def write(light, body):
    light.write(test_agent=TEST.format(body=body.strip().replace("\n", "\n    ")))


@pytest.fixture
def recorded(light):
    write(light, "pass")
    light.record().assert_outcomes(passed=1)
    return light


def test_a_replay_goes_on_without_network_and_with_what_stays_in_the_machine(recorded):
    write(
        recorded,
        """
asyncio.run(asyncio.sleep(0))
one, other = socket.socketpair()
one.send(b'x')
server = socket.socket(socket.AF_UNIX)
server.bind(f'{os.getpid()}.sock')
server.listen()
socket.socket(socket.AF_UNIX).connect(f'{os.getpid()}.sock')
platform.processor()
ctypes.util.find_library('c')
with open('/dev/null') as file:
    assert os.read(file.fileno(), 1) == b''
""",
    )
    recorded.replay(STRICT).assert_outcomes(passed=1)
    pytest.importorskip("xdist")
    recorded.replay(STRICT, "-p", "xdist.plugin", "-n", "2").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("socket.socket()", "a network socket was asked for in replay at test_agent.py:9 in test_refund, and stopped"),
        ("socket.create_connection(('127.0.0.1', 9))", "a network socket was asked for in replay at"),
        ("asyncio.run(asyncio.open_connection('127.0.0.1', 9))", "a network socket was asked for in replay at"),
        ("socket.getaddrinfo('nowhere.invalid', 80)", "a connection to nowhere.invalid:80 was tried in replay"),
        ("subprocess.run(['true', 'x'])", "a process was about to start (true x) in replay at test_agent.py:9"),
        ("os.system('true')", "a process was about to start (true) in replay"),
        ("os.popen('true')", "a process was about to start (/bin/sh -c true) in replay"),
        ("os.posix_spawn('/bin/true', ['true'], {})", "a process was about to start (true) in replay"),
        ("os.execv('/bin/true', ['true'])", "a process was about to start (true) in replay"),
        ("os.fork() or os._exit(0)", "a process was about to start (a copy of this one) in replay"),
        (
            "multiprocessing.get_context('fork').Process(target=print).start()",
            "a process was about to start (a copy of this one) in replay",
        ),
        (
            "async def start():\n    await asyncio.create_subprocess_exec('true')\nasyncio.run(start())",
            "a process was about to start (true) in replay",
        ),
    ],
)
def test_what_tries_is_told_by_test_place_and_remedy_although_it_is_swallowed(recorded, body, told):
    write(
        recorded, "try:\n" + "\n".join(f"    {line}" for line in body.split("\n")) + "\nexcept BaseException:\n    pass"
    )
    done = recorded.replay(STRICT)
    done.assert_outcomes(failed=1)
    text = done.stdout.str()
    assert f"oao: test_agent.py::test_refund: {told}" in text
    assert "oao_subprocesses = " in text or "--oao-strict-network leaves none" in text or "oao_allow_hosts" in text


def test_tests_of_others_may_start_processes_and_those_have_no_network(recorded):
    recorded.write(
        test_other="""
        import os, socket, subprocess, sys, pytest

        def test_other():
            code = "import socket; socket.socket()"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert "PermissionError" in done.stderr
            with pytest.raises(PermissionError, match="--oao-strict-network"):
                socket.socket()
        """
    )
    recorded.replay(STRICT).assert_outcomes(passed=2)


def test_a_library_that_looks_whether_there_is_ipv6_does_not_fail_the_test(recorded):
    write(recorded, "assert not socket.has_dualstack_ipv6()\nimport urllib3.util.connection")
    recorded.replay(STRICT).assert_outcomes(passed=1)


@pytest.mark.parametrize("more", [(), ("--oao-record",), ("--oao-record=missing",)])
def test_it_goes_with_replay_alone(recorded, more):
    done = recorded.run(STRICT, *more)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["ERROR: oao: --oao-strict-network goes with --oao-replay alone*"])


@pytest.mark.parametrize("ini", ["oao_allow_hosts", "oao_passthrough_hosts"])
def test_it_cannot_tell_hosts_apart(recorded, ini):
    recorded.pytester.makeini(f"[pytest]\n{ini} = db.test\n")
    done = recorded.replay(STRICT)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["ERROR: oao: --oao-strict-network cannot tell one host from another*db.test*"])
    recorded.replay(STRICT, "-o", f"{ini}=").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        (
            "from pytest_oao.runtime import strict_network; strict_network.sys = type('S', (), {'platform': 'darwin'})",
            "needs seccomp, which is Linux's; this is darwin",
        ),
        ("import platform; platform.machine = lambda: 'riscv64'", "not of riscv64"),
        ("import socket; kept = socket.create_server(('127.0.0.1', 0))", "is a network socket already (bound to"),
        (
            "import ctypes; ctypes.CDLL = lambda *_, **__: type('C', (), {'prctl': lambda *_: 0, 'syscall': lambda *_: -1})()",
            "refuses seccomp filters",
        ),
        (
            "import ctypes; ctypes.CDLL = lambda *_, **__: type('C', (), {'prctl': lambda *_: 0, 'syscall': lambda *_: 7})()",
            "thread 7 of this process has a filter of its own",
        ),
        (
            "import ctypes; ctypes.CDLL = lambda *_, **__: type('C', (), {'prctl': lambda *_: 0, 'syscall': lambda *_: 0})()",
            "the filter was accepted and does not hold",
        ),
    ],
)
def test_where_it_cannot_be_it_is_refused_before_a_test_runs(recorded, lie, told):
    recorded.pytester.makeconftest(lie)
    done = recorded.replay(STRICT)
    assert done.ret == 4, done.stdout.str()
    assert "ERROR: oao: --oao-strict-network: " in done.stderr.str()
    assert told in done.stderr.str()
