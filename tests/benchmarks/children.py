"""Child processes and what they cost."""

import atexit
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BYTECODE = tempfile.TemporaryDirectory()
"""Where children find each other's bytecode, as they do where packages are installed."""
atexit.register(BYTECODE.cleanup)
LEFT_OUT = ("PYTEST", "CI", "COV_", "PYTHONDONTWRITEBYTECODE")


def environment(**extra):
    """Return the environment of a child: ours, without what would send it elsewhere or tell it that it is in a test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    path = os.pathsep.join(filter(None, [str(PROJECT), str(HERE), kept.get("PYTHONPATH")]))
    return kept | {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": BYTECODE.name, "OPENAI_API_KEY": "sk-bench"} | extra


def pytest(folder, *options, **extra):
    """Run pytest in a folder; return its CPU seconds, those of its own children too."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:xdist", *options]
    return cpu_of(command, folder, **extra)


def cpu_of(command, folder, **extra):
    """Run a command that must succeed; return its CPU seconds."""
    with open(os.devnull, "w") as nowhere, open(Path(folder) / "output", "w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment(**extra), stdin=nowhere.fileno(), stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(f"{command} failed:\n{output.read()[-3000:]}")
    return usage.ru_utime + usage.ru_stime


def answer_of(script, *arguments, python=sys.executable, **extra):
    """Run a script of this folder and return what it printed."""
    command = [python, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, env=environment(**extra), capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1]
