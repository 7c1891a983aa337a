"""Of all ways out of a blocked network that we could think of, how many lead out."""

import contextlib
import os
import selectors
import socket
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from ways_out import HOST, UDP, WAYS, usable

from pytest_oao.runtime import seccomp_program
from pytest_oao.runtime.seccomp_program import ABIS, ALLOW, FAIL, program

SCRIPT = Path(__file__).with_name("ways_out.py")
LINUX = sys.platform == "linux" and os.uname().machine in ABIS
linux = pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")

FREE = {name for name in WAYS if usable(name)}
FREE -= set() if find_spec("pycurl") else {"curl_in_c"}
FREE -= set() if find_spec("grpc") else {"grpc_in_c"}

PAST_THE_HOOK = {
    *("c_library", "system_call", "old_32_bit_system_call", "io_uring", "dns_question", "curl_in_c", "grpc_in_c"),
    *("python_process", "curl", "wget", "bash", "perl", "system", "popen", "posix_spawn", "asyncio_process"),
    *("fork_and_exec", "spawned_process", "process_of_a_server"),
}
"""What gets past an audit hook: C code, and other processes."""


def tried(mode, tmp_path, names=None):
    """Try the ways, and return the names of those through which something came, and what the child said."""
    names = sorted(FREE if names is None else names)
    with contextlib.ExitStack() as stack:
        listeners = {name: stack.enter_context(listener(name)) for name in names}
        ports = [f"{name}:{one.getsockname()[1]}" for name, one in listeners.items()]
        done = subprocess.run(
            [sys.executable, SCRIPT, mode, *ports], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return {name for name, one in listeners.items() if heard(one)}, done.stdout


@contextlib.contextmanager
def listener(name):
    with socket.socket(type=socket.SOCK_DGRAM if name in UDP else socket.SOCK_STREAM) as one:
        one.bind((HOST, 0))
        if name not in UDP:
            one.listen()
        yield one


def heard(one):
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ)
        return bool(selector.select(0))


def test_the_ways_lead_out_where_nothing_is_in_the_way(tmp_path):
    """Else the other tests would prove nothing. The kernel may have no 32-bit calls, and no rings."""
    out, said = tried("open", tmp_path)
    assert FREE - out <= {"x32_system_call", "old_32_bit_system_call", "io_uring", "urllib_proxy", "mapped_ipv6"}, said
    assert len(FREE) >= 30


def test_what_the_audit_hook_stops_and_what_gets_past_it(tmp_path):
    out, said = tried("guard", tmp_path)
    assert out <= PAST_THE_HOOK, said
    assert {"c_library", "python_process", "fork_and_exec"} <= out  # what the docs tell of


@linux
def test_nothing_gets_past_the_kernel(tmp_path):
    out, said = tried("strict", tmp_path)
    assert out == set(), said
    assert len(said.splitlines()) == len(FREE)


def test_a_connection_that_was_there_before_gets_past_the_hook(tmp_path):
    code = """
import socket, sys
from pytest_oao.runtime.network_guard import guarded

def forbid(event, place):
    raise SystemExit(event)

one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
with guarded(forbid):
    one.sendall(b"out")
"""
    with listener("connect") as one:
        subprocess.run([sys.executable, "-c", code, str(one.getsockname()[1])], check=True)
        accepted, _ = one.accept()
        with accepted:
            assert accepted.recv(10) == b"out"


@linux
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_that_was_there_before_is_refused(kind, tmp_path):
    with socket.socket(type=kind) as one:
        one.bind((HOST, 0))
        code = "from pytest_oao.runtime.strict_network import forbid_network; forbid_network()"
        done = subprocess.run([sys.executable, "-c", code], pass_fds=[one.fileno()], capture_output=True, text=True)
    assert f"file descriptor {one.fileno()}" not in done.stderr
    assert "is a network socket already (bound to ('127.0.0.1'," in done.stderr


@linux
def test_every_thread_that_runs_already_is_held_too(tmp_path):
    code = """
import queue, socket, threading
from pytest_oao.runtime.strict_network import forbid_network
asked, told = queue.Queue(), queue.Queue()

def work():
    asked.get()
    try:
        told.put(socket.socket())
    except OSError as error:
        told.put(error)

threading.Thread(target=work).start()
forbid_network()
forbid_network()  # once is enough
asked.put(1)
assert isinstance(told.get(), PermissionError)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def judged(machine, abi, number, first=0):
    """Return what the filter says of a system call: an interpreter of the five instructions that it is made of."""
    code = [struct.unpack_from("=HBBI", program(machine), at) for at in range(0, len(program(machine)), 8)]
    data = struct.pack("=IIQ6Q", number, abi.audit, 0, first, 0, 0, 0, 0, 0)
    at, loaded = 0, 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        if operation == seccomp_program._RETURN:
            return value
        if operation == seccomp_program._LOAD:
            loaded = struct.unpack_from("=I", data, value)[0]
            continue
        holds = loaded == value if operation == seccomp_program._EQUAL else loaded & value
        at += if_true if holds else if_false


@pytest.mark.parametrize(("machine", "place"), [(machine, place) for machine in ABIS for place in (0, 1)])
def test_the_filter_of_each_machine_and_of_its_32_bit_programs(machine, place):
    abi = ABIS[machine][place]
    refused = {family for family in range(50) if judged(machine, abi, abi.socket, family) != ALLOW}
    assert {socket.AF_INET, 10, 17, 40, 43} <= refused
    assert refused.isdisjoint({socket.AF_UNIX, 16})
    assert judged(machine, abi, abi.socket, (1 << 32) | 2) == FAIL | 1  # the kernel reads the low half
    for ring in (425, 426, 427):
        assert judged(machine, abi, ring) & FAIL
    assert judged(machine, abi, 438) == FAIL | 1
    others = {number for number in range(440) if judged(machine, abi, number, 2) != ALLOW}
    assert others == {abi.socket, 425, 426, 427, 438}
    if abi.socketcall:
        assert judged(machine, abi, 102, 1) == FAIL | 1
        assert judged(machine, abi, 102, 3) == ALLOW


def test_the_filter_refuses_other_ways_to_call_the_kernel():
    native = ABIS["x86_64"][0]
    assert judged("x86_64", native, 0x40000000 | 41, 1) == FAIL | 38
    assert judged("x86_64", ABIS["aarch64"][0], 198, 1) == FAIL | 38
