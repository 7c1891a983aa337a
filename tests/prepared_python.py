"""A process that has imported what a run of pytest with us imports, and becomes such a run as often as it is asked.

`python prepared_python.py become FD MODULE...` imports the modules and forks for each request that comes over the
listening socket FD; the child takes over the request's folder, environment, arguments and standard streams and is
`python -m pytest`, `python -c`, `pytest` or `oao` from then on. Nothing is installed and no test is loaded before that,
so the run is one in a process of its own, but the second of CPU time for importing is spent once and not several times
in each test. `python prepared_python.py ask SOCKET COMMAND ARGUMENT...` asks it from a shell.
"""

import array
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

HEAD = 8
LISTENS = 0  # standard input ends when nobody asks any more
ENTRY = "pytest_oao.plugin.entry"  # pytest itself imports it, to say that it is a plugin
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_")  # what a process that runs does not read again
LOADED = (
    *("pytest_oao.plugin.engine", "httpx2", "pytest_oao.cli.main"),
    *("_pytest.python", "_pytest.terminal", "_pytest.junitxml", "_pytest.doctest", "_pytest.faulthandler"),
    *("_pytest.cacheprovider", "_pytest.logging", "_pytest.unittest", "_pytest.debugging", "_pytest.tmpdir"),
)
"""What nearly every run of ours imports."""
SCRIPTS = {name: Path(sys.executable).with_name(name) for name in ("pytest", "oao")}
"""What is installed, and may be asked for by name."""


class PreparedPython:
    """The process, for a test run that asks it."""

    def __init__(self, *modules):
        import subprocess  # whoever only asks starts faster

        self._folder = Path(tempfile.mkdtemp())  # a socket's path is short
        self.socket = self._folder / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket))
            listener.listen()
            command = [sys.executable, __file__, "become", str(listener.fileno()), *modules]
            ends = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, pass_fds=[listener.fileno()], **ends)

    def run(self, arguments, environ, *streams):
        """Return the return code of a run, or None where a new process would not be the same."""
        return asked(self.socket, arguments, environ, streams)

    def scripts(self):
        """Return a folder with `pytest` and `oao`, which ask the process."""
        folder = self._folder / "bin"
        folder.mkdir(exist_ok=True)
        for name in SCRIPTS:
            script = folder / name
            script.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {__file__} ask {self.socket} {name} "$@"\n')
            script.chmod(0o755)
        return folder

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        shutil.rmtree(self._folder)


def asked(path, arguments, environ, streams):
    """Ask for a run; its return code."""
    told = {"folder": str(Path.cwd()), "environ": dict(environ), "arguments": list(map(os.fspath, arguments))}
    data = json.dumps(told).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        ancillary = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno() for one in streams]))
        connection.sendmsg([len(data).to_bytes(HEAD, "big")], [ancillary])
        connection.sendall(data)
        code = _read(connection, HEAD)
    return int.from_bytes(code, "big", signed=True) if code else None


def _read(connection, size):
    data = b""
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data


def _at_start(environ):
    return {name: value for name, value in environ.items() if name.startswith(READ_AT_START) and name != "PYTHONPATH"}


def _request(listener):
    """Return a request in a process that is to become the run, or None when nobody asks any more."""
    while LISTENS not in select.select([LISTENS, listener], [], [])[0]:
        connection, _ = listener.accept()
        if not os.fork():
            listener.close()
            return _minded(connection)
        connection.close()
        _reap()
    return None


def _minded(connection):
    """Return the request in a child, and wait here for its end to tell it."""
    head, streams, *_ = socket.recv_fds(connection, HEAD, 3)
    request = json.loads(_read(connection, int.from_bytes(head, "big")))
    if _at_start(request["environ"]) != _at_start(os.environ):
        os._exit(0)
    run = os.fork()
    if not run:
        connection.close()
        return request, streams
    for number in (LISTENS, *streams):
        os.close(number)
    code = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
    connection.sendall(code.to_bytes(HEAD, "big", signed=True))
    os._exit(0)


def _reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return


def _take_over(request, streams):
    """Be what a new process would have been given."""
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        before, lines = getattr(sys, name), 1 if name == "stderr" else -1
        text = {"encoding": before.encoding, "errors": before.errors}
        now = open(number, "w" if number else "r", lines, closefd=False, **text)  # noqa: SIM115 - a pipe is no file
        setattr(sys, name, now)
        setattr(sys, f"__{name}__", now)
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv[:] = request["arguments"]
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:0] = paths if sys.argv[0] in SCRIPTS else [str(Path.cwd()), *paths]


def _become(number, modules):
    """Import, and become each run that is asked for."""
    own = {str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    for module in modules:
        importlib.import_module(module)
    assert ENTRY not in sys.modules
    sys.path[:] = [path for path in sys.path if path not in own]
    gc.freeze()
    request = _request(socket.socket(fileno=number))
    if request is None:
        return
    _take_over(*request)
    if sys.argv[0] == "-mpytest":
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    elif sys.argv[0] == "-c":
        exec(sys.argv.pop(1), {"__name__": "__main__"})
    else:
        _run_script(sys.argv[0])


def _run_script(name):
    """Be a script that is installed."""
    from _pytest.assertion.rewrite import AssertionRewritingHook  # the process has it, whoever asks starts faster

    AssertionRewritingHook._warn_already_imported = lambda *_: None  # that assertions of plugins are as they are
    sys.argv[0] = str(SCRIPTS[name])
    runpy.run_path(sys.argv[0], run_name="__main__")


def _ask(path, arguments):
    """Ask as a command of a shell."""
    code = asked(path, arguments, os.environ, (sys.stdin, sys.stdout, sys.stderr))
    if code is None:
        os.execv(SCRIPTS[arguments[0]], arguments)
    raise SystemExit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    (_become(int(sys.argv[2]), sys.argv[3:]) if sys.argv[1] == "become" else _ask(sys.argv[2], sys.argv[3:]))
