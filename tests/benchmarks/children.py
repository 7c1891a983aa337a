"""Child processes and what they cost."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PLUGIN = "pytest_oao.plugin.entry"
LEFT_OUT = ("PYTEST", "CI", "COV_", "PYTHONDONTWRITEBYTECODE")
"""What would tell a child that it is in a test, or have it compile every module anew."""


def environment(**extra):
    """Return the environment of a child."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    path = os.pathsep.join(filter(None, [str(PROJECT), str(HERE), kept.get("PYTHONPATH")]))
    return kept | {"PYTHONPATH": path, "OPENAI_API_KEY": "sk-bench"} | extra


def pytest(folder, *options, **extra):
    """Run pytest in a folder, with no plugin but those that the options name; return its CPU seconds."""
    command = [sys.executable, "-m", "pytest", "-q", *options]
    return cpu_of(command, folder, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **extra)


def our_plugin():
    """Return the options that load our plugin, by its entry point where it is installed."""
    installed = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
    return ("-p", "oao" if installed else PLUGIN)


def cpu_of(command, folder, **extra):
    """Run a command that must succeed; return its CPU seconds."""
    with open(os.devnull, "w") as nowhere, open(Path(folder) / "output", "w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(**extra), stdin=nowhere.fileno(), stdout=output, stderr=output
        )
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
