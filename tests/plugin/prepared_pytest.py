"""A process that has imported what a run of pytest with us imports, and becomes such a run as often as it is asked.

`python prepared_pytest.py FD MODULE...` imports the modules and forks once for each request that comes over the socket
FD; the child takes over the request's folder, environment, arguments and standard streams and is `python -m pytest`,
or `python -c`, from then on. Nothing is installed and no test is loaded before that, so the run is one in a process of its own, but
the second of CPU time for importing is spent once and not several times in each test.
"""

import array
import gc
import importlib
import json
import os
import runpy
import socket
import subprocess
import sys
import time
from pathlib import Path

KINDS = ("-mpytest", "-c")
ENTRY = "pytest_oao.plugin.entry"  # pytest itself imports it, to say that it is a plugin
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_")  # what a process that runs does not read again


class PreparedPytest:
    """The process, which is asked for runs, one at a time."""

    def __init__(self, *modules):
        self._ours, theirs = socket.socketpair()
        self._environ = _at_start(os.environ)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno()), *modules]
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], **quiet)

    def can_run(self, command, environ):
        """Return whether a run would be the same as in a new process."""
        return command[0] == sys.executable and command[1] in KINDS and _at_start(environ) == self._environ

    def run(self, command, environ, *, stdout, stderr):
        """Run a command with no standard input and return its return code."""
        asked = {"folder": str(Path.cwd()), "environ": dict(environ), "arguments": list(map(os.fspath, command[1:]))}
        with open(os.devnull) as nothing:
            streams = array.array("i", [nothing.fileno(), stdout.fileno(), stderr.fileno()])
            data = json.dumps(asked).encode()
            self._ours.sendmsg([len(data).to_bytes(8)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
            self._ours.sendall(data)
        return int.from_bytes(_exactly(self._ours, 8), signed=True)

    def close(self):
        self._ours.close()
        self._process.wait(timeout=60)


class Done:
    """A process that has ended, as `Pytester.run` wants it."""

    stdin = None

    def __init__(self, code):
        self._code = code

    def wait(self):
        return self._code


def _at_start(environ):
    return {name: value for name, value in environ.items() if name.startswith(READ_AT_START) and name != "PYTHONPATH"}


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _requests(connection):
    """Yield each request in a child that becomes the run, until nobody asks any more."""
    while True:
        head, streams, *_ = socket.recv_fds(connection, 8, 3)
        if not head:
            return None
        asked = json.loads(_exactly(connection, int.from_bytes(head)))
        child = os.fork()
        if not child:
            connection.close()
            return asked, streams
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, signed=True))


def _become(asked, streams):
    """Take over what is asked, as a new process would have been given it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(asked["environ"])
    time.tzset()
    os.chdir(asked["folder"])
    sys.path[:0] = [str(Path.cwd()), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv[:] = asked["arguments"]


if __name__ == "__main__":
    own = {str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    for module in sys.argv[2:]:
        importlib.import_module(module)
    assert ENTRY not in sys.modules
    sys.path[:] = [path for path in sys.path if path not in own]
    gc.freeze()
    request = _requests(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        _become(*request)
        if sys.argv[0] == "-c":
            exec(sys.argv.pop(1))
        else:
            runpy.run_module("pytest", run_name="__main__", alter_sys=True)
