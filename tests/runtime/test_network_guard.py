import _thread
import asyncio
import contextlib
import importlib.util
import socket
import sys
import threading
import urllib.request

import pytest
from runtime_samples import call, recording, replaying, session

from pytest_oao.errors import EscapedCall
from pytest_oao.runtime.guards import RecordingGuard, ReplayGuard
from pytest_oao.runtime.lanes import perform
from pytest_oao.runtime.network_guard import guarded
from pytest_oao.runtime.running import running

ADDRESS = ("127.0.0.1", 9)


@pytest.fixture
def seen():
    events = []
    with guarded(lambda event, address: events.append((event, address))):
        yield events


def connect(address=ADDRESS, family=socket.AF_INET):
    with contextlib.suppress(OSError), socket.socket(family) as sock:
        sock.settimeout(1)
        sock.connect(address)


async def open_connection():
    with contextlib.suppress(OSError):
        await asyncio.open_connection(*ADDRESS)


WAYS = {
    "connect": connect,
    "connect_ex": lambda: socket.socket().connect_ex(ADDRESS),
    "create_connection": lambda: socket.create_connection(ADDRESS),
    "sendto": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ADDRESS),
    "sendmsg": lambda: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"x"], (), 0, ADDRESS),
    "IPv6": lambda: connect(("::1", 9, 0, 0), socket.AF_INET6),
    "name": lambda: socket.getaddrinfo("nowhere.invalid", 80),
    "gethostbyname": lambda: socket.gethostbyname("nowhere.invalid"),
    "bytes name": lambda: socket.getaddrinfo(b"nowhere.invalid", 80),
    "urllib": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    "asyncio": lambda: asyncio.run(open_connection()),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_of_python_is_judged(way):
    def forbid(event, address):
        raise EscapedCall(f"{event} {address}")

    with guarded(forbid), pytest.raises(EscapedCall, match=r"127.0.0.1:9|::1:9|nowhere.invalid"):
        WAYS[way]()


def test_what_stays_in_this_machine_s_kernel_is_not(seen, tmp_path):
    one, other = socket.socketpair()
    with one, other:
        one.send(b"x")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(tmp_path / "no.sock"))
    socket.getaddrinfo("127.0.0.1", 80)
    asyncio.run(asyncio.sleep(0))
    assert seen == []


def test_the_socket_pairs_of_event_loops_on_windows_are_not(seen, monkeypatch):
    """There `socket.socketpair` is Python code that connects over loopback."""
    import _socket

    monkeypatch.delattr(_socket, "socketpair")
    spec = importlib.util.spec_from_file_location("socket_without_pairs", socket.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    one, other = module.socketpair()
    with one, other:
        one.send(b"x")
        assert other.recv(1) == b"x"
    assert seen == []
    connect()
    assert seen == [("socket.connect", "127.0.0.1:9")]


def test_code_without_a_python_frame_is_judged(seen):
    sock, done = socket.socket(), threading.Event()
    sock.settimeout(1)
    _thread.start_new_thread(sock.connect_ex, (ADDRESS,))
    while not seen:
        done.wait(0.01)
    assert seen == [("socket.connect", "127.0.0.1:9")]
    sock.close()


def test_after_the_guard_nothing_is_judged(seen):
    with guarded(lambda *_: pytest.fail("judged")):
        pass
    connect()
    assert seen == [("socket.connect", "127.0.0.1:9")]


def test_in_replay_a_connection_poisons_the_session():
    gateway = replaying(session(call()))
    with running(gateway), guarded(ReplayGuard(frozenset())):
        with pytest.raises(EscapedCall, match=r"127.0.0.1:9 was tried in replay") as caught:
            connect()
        with pytest.raises(EscapedCall) as again:
            gateway.admit(call())
    assert again.value is caught.value
    assert "oao_allow_hosts = 127.0.0.1" in caught.value.remedy
    with guarded(ReplayGuard(frozenset({"localhost"}))):
        connect()
    with guarded(ReplayGuard(frozenset())), pytest.raises(EscapedCall):
        connect()  # no session is running: the guard of a whole pytest run


def test_while_recording_a_connection_of_no_call_poisons_the_session():
    gateway = recording()
    with guarded(RecordingGuard(frozenset())):
        connect()  # nobody records
        with running(gateway):
            with perform():
                connect()
            assert gateway.halted is None
            with pytest.raises(EscapedCall, match="made by no call"):
                connect()
        assert isinstance(gateway.halted, EscapedCall)
