"""Ways in which bytes may leave a process; each tries to reach a port of 127.0.0.1 that is its own.

Run as a program: `ways_out.py strict|guard WAY:PORT ...` tries each under the guard, and prints what stopped it.
"""

import asyncio
import contextlib
import ctypes
import http.client
import mmap
import multiprocessing
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from _socket import socket as c_socket

HOST = "127.0.0.1"
CODE = "import socket; socket.create_connection(('127.0.0.1', {port}), 2).sendall(b'out')"
WAYS = {}
UDP = set()


def way(function):
    WAYS[function.__name__] = function
    return function


def datagram(function):
    UDP.add(function.__name__)
    return way(function)


def libc():
    return ctypes.CDLL(None, use_errno=True)


def address(port, family=socket.AF_INET):
    return struct.pack("=HH4s8x", family, socket.htons(port), socket.inet_aton(HOST))


def waited(pid):
    os.waitpid(pid, 0)


@way
def connect(port):
    socket.socket().connect((HOST, port))


@way
def connect_ex(port):
    socket.socket().connect_ex((HOST, port))


@way
def create_connection(port):
    socket.create_connection((HOST, port), 2)


@way
def c_socket_class(port):
    c_socket(socket.AF_INET, socket.SOCK_STREAM).connect((HOST, port))


@way
def subclass(port):
    class Own(socket.socket):
        def connect(self, where):
            return c_socket.connect(self, where)

    Own().connect((HOST, port))


@way
def patched_away(port):
    """The guard is no patch: it cannot be taken out by one."""
    original = socket.socket.connect
    socket.socket.connect = c_socket.connect
    try:
        socket.socket().connect((HOST, port))
    finally:
        socket.socket.connect = original


@way
def mapped_ipv6(port):
    socket.socket(socket.AF_INET6).connect((f"::ffff:{HOST}", port))


@way
def thread(port):
    caught = []

    def work():
        try:
            connect(port)
        except BaseException as error:  # noqa: BLE001 - told where the thread was started
            caught.append(error)

    started = threading.Thread(target=work)
    started.start()
    started.join()
    if caught:
        raise caught[0]


@way
def http_client(port):
    http.client.HTTPConnection(HOST, port, timeout=2).request("GET", "/")


@way
def urllib_proxy(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://{HOST}:{port}"}))
    opener.open("http://nowhere.invalid/", timeout=2)


@way
def tls(port):
    ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="x").connect((HOST, port))


@way
def asyncio_connection(port):
    asyncio.run(asyncio.wait_for(asyncio.open_connection(HOST, port), 2))


@way
def asyncio_raw(port):
    async def work():
        one = socket.socket()
        one.setblocking(False)
        await asyncio.get_running_loop().sock_connect(one, (HOST, port))

    asyncio.run(work())


@datagram
def sendto(port):
    socket.socket(type=socket.SOCK_DGRAM).sendto(b"out", (HOST, port))


@datagram
def sendmsg(port):
    socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"out"], (), 0, (HOST, port))


@datagram
def connected_datagram(port):
    one = socket.socket(type=socket.SOCK_DGRAM)
    one.connect((HOST, port))
    one.send(b"out")


@datagram
def asyncio_datagram(port):
    async def work():
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(HOST, port))
        transport.sendto(b"out")
        await asyncio.sleep(0.05)

    asyncio.run(work())


@datagram
def dns_question(port):
    """As a resolver written in C asks its name server."""
    one = libc().socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
    question = struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + b"\x06secret\x07invalid\x00" + struct.pack("!2H", 1, 1)
    libc().sendto(one, question, len(question), 0, address(port), 16)


@way
def c_library(port):
    one = libc().socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    libc().connect(one, address(port), 16)


@way
def system_call(port):
    numbers = {"x86_64": (41, 42), "aarch64": (198, 203)}[os.uname().machine]
    one = libc().syscall(numbers[0], socket.AF_INET, socket.SOCK_STREAM, 0)
    libc().syscall(numbers[1], one, address(port), 16)


@way
def x32_system_call(port):
    bit = 0x40000000
    one = libc().syscall(bit | 41, socket.AF_INET, socket.SOCK_STREAM, 0)
    libc().syscall(bit | 42, one, address(port), 16)


@way
def old_32_bit_system_call(port):
    """`int 0x80` with `socketcall`, from a 64-bit process."""
    if os.uname().machine != "x86_64":
        return
    pid = os.fork()  # a kernel without 32-bit calls ends the process
    if pid:
        waited(pid)
        return
    memory = libc().mmap
    memory.restype = ctypes.c_void_p
    memory.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    low = memory(None, 4096, 7, 0x40 | 0x22, -1, 0)  # readable, writable, executable; MAP_32BIT, private, anonymous
    # push rbx; mov eax, 102; mov ebx, edi; mov ecx, esi; int 0x80; pop rbx; ret
    code = b"\x53\xb8\x66\x00\x00\x00\x89\xfb\x89\xf1\xcd\x80\x5b\xc3"
    ctypes.memmove(low, code, len(code))
    call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.c_uint)(low)
    place, where = low + 1024, low + 2048
    ctypes.memmove(place, struct.pack("=3I", socket.AF_INET, socket.SOCK_STREAM, 0), 12)
    one = call(1, place)
    ctypes.memmove(where, address(port), 16)
    ctypes.memmove(place, struct.pack("=3I", one & 0xFFFFFFFF, where, 16), 12)
    call(3, place)
    os._exit(0)


def submitted(ring, opcode, fd=-1, offset=0, pointer=0, length=0):
    """Have a ring do one thing, and return what it came to."""
    number, queue, entries = ring
    struct.pack_into("=BBHiQQII32x", entries, 0, opcode, 0, 0, fd, offset, pointer, length, 0)
    tail = struct.unpack_from("=I", queue, RING["sq_tail"])[0]
    struct.pack_into("=I", queue, RING["sq_array"] + 4 * (tail & 7), 0)
    struct.pack_into("=I", queue, RING["sq_tail"], tail + 1)
    libc().syscall(426, number, 1, 1, 1, None, 0)
    head = struct.unpack_from("=I", queue, RING["cq_head"])[0]
    result = struct.unpack_from("=Qi", queue, RING["cqes"] + 16 * (head & 15))[1]
    struct.pack_into("=I", queue, RING["cq_head"], head + 1)
    return result


RING = {}


@way
def io_uring(port):
    """The kernel makes the socket and connects it, and no system call of that name happens."""
    parameters = ctypes.create_string_buffer(120)
    number = libc().syscall(425, 8, parameters)
    if number < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
    sq = struct.unpack_from("=8I", parameters.raw, 40)
    cq = struct.unpack_from("=8I", parameters.raw, 80)
    RING.update(sq_tail=sq[1], sq_array=sq[6], cq_head=cq[0], cqes=cq[5])
    queue = mmap.mmap(number, max(sq[6] + 64, cq[5] + 16 * 16), offset=0)
    ring = (number, queue, mmap.mmap(number, 8 * 64, offset=0x10000000))
    one = submitted(ring, 45, fd=socket.AF_INET, offset=socket.SOCK_STREAM)  # IORING_OP_SOCKET
    where = ctypes.create_string_buffer(address(port), 16)
    submitted(ring, 16, fd=one, offset=16, pointer=ctypes.addressof(where))  # IORING_OP_CONNECT


@way
def python_process(port):
    subprocess.run([sys.executable, "-c", CODE.format(port=port)], capture_output=True, check=False)


@way
def curl(port):
    subprocess.run(["curl", "-sm1", f"http://{HOST}:{port}/"], capture_output=True, check=False)


@way
def wget(port):
    subprocess.run(["wget", "-qT1", "-t1", "-O-", f"http://{HOST}:{port}/"], capture_output=True, check=False)


@way
def bash(port):
    subprocess.run(["bash", "-c", f"echo out > /dev/tcp/{HOST}/{port}"], capture_output=True, check=False)


@way
def perl(port):
    code = f"use IO::Socket::INET; IO::Socket::INET->new('{HOST}:{port}')"
    subprocess.run(["perl", "-e", code], capture_output=True, check=False)


@way
def system(port):
    os.system(f'{sys.executable} -c "{CODE.format(port=port)}" 2> /dev/null')


@way
def popen(port):
    os.popen(f'{sys.executable} -c "{CODE.format(port=port)}" 2> /dev/null').read()


@way
def posix_spawn(port):
    words = [sys.executable, "-c", CODE.format(port=port)]
    quiet = [(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
    waited(os.posix_spawn(sys.executable, words, dict(os.environ), file_actions=quiet))


@way
def asyncio_process(port):
    async def work():
        words = [sys.executable, "-c", CODE.format(port=port)]
        started = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
        await started.wait()

    asyncio.run(work())


@way
def fork(port):
    pid = os.fork()
    if pid:
        waited(pid)
        return
    with contextlib.suppress(BaseException):
        connect(port)
    os._exit(0)


@way
def fork_and_exec(port):
    pid = os.fork()
    if pid:
        waited(pid)
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.execv(sys.executable, [sys.executable, "-c", CODE.format(port=port)])


def quietly_connect(port):
    with contextlib.suppress(BaseException):
        connect(port)


@way
def forked_process(port):
    started = multiprocessing.get_context("fork").Process(target=quietly_connect, args=(port,))
    started.start()
    started.join()


@way
def spawned_process(port):
    started = multiprocessing.get_context("spawn").Process(target=quietly_connect, args=(port,))
    started.start()
    started.join()


@way
def process_of_a_server(port):
    started = multiprocessing.get_context("forkserver").Process(target=quietly_connect, args=(port,))
    started.start()
    started.join()


@way
def curl_in_c(port):
    import pycurl

    one = pycurl.Curl()
    one.setopt(pycurl.URL, f"http://{HOST}:{port}/")
    one.setopt(pycurl.TIMEOUT, 2)
    one.perform()


@way
def grpc_in_c(port):
    import grpc

    grpc.channel_ready_future(grpc.insecure_channel(f"{HOST}:{port}")).result(timeout=2)


NEEDS = {"curl": "curl", "wget": "wget", "perl": "perl", "bash": "bash"}


def usable(name):
    return name not in NEEDS or shutil.which(NEEDS[name]) is not None


def main(mode, *tries):
    from pytest_oao.errors import EscapedCall
    from pytest_oao.runtime.network_guard import guarded
    from pytest_oao.runtime.strict_network import forbid_network

    def forbid(event, place):
        raise EscapedCall(f"{event} {place}")

    if mode == "strict":
        forbid_network()
    signal.alarm(100)
    socket.setdefaulttimeout(1)
    with guarded(forbid) if mode != "open" else contextlib.nullcontext():
        for one in tries:
            name, _, port = one.partition(":")
            began = time.perf_counter()
            try:
                WAYS[name](int(port))
                stopped = ""
            except BaseException as error:  # noqa: BLE001 - what stopped it is what is told
                stopped = f"{type(error).__name__}: {error}"
            print(name, f"{time.perf_counter() - began:.2f}", stopped[:100], sep="\t", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
