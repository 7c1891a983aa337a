"""What the import of a log costs, all the way from its bytes to cassettes on disk, and how much memory it takes.

The log is of agents' sessions, whose every request repeats all that was said (agent_log.py). Its size in megabytes may
be given in OAO_BENCH_LOG: `OAO_BENCH_LOG=1000 python tests/benchmarks/import_cost.py` is the proof of a gigabyte.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import agent_log
import children
import orjson
from measuring import Figure, main

SMALL, LARGE = 20, 60
"""Megabytes: more than is kept at hand, and three times that."""


def parsed(path):
    """Return the CPU seconds that it takes to parse each line: what any import does at least."""
    started = time.process_time()
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return time.process_time() - started


def imported(path, folder):
    """Import a log by the command, in a process of its own; return its CPU seconds, and its peak memory in megabytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", CHILD, "import", str(path), "-o", str(folder)]
    done = subprocess.run(command, env=children.environment(), stdout=subprocess.PIPE, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, float(done.stdout.splitlines()[-1]) / 1024


CHILD = """
import resource, sys
from pytest_oao.cli.main import main
sys.argv[0] = "oao"
status = main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


def measure(quick):
    small, large = (1, 2) if quick else (SMALL, float(os.environ.get("OAO_BENCH_LOG") or LARGE))
    with tempfile.TemporaryDirectory() as folder:
        _, few, _ = _import(folder, small, agent_log.STEPS)
        over, many, note = _import(folder, large, agent_log.STEPS)
        yield Figure("import: a log to cassettes, over parsing it", over, "times", 100, note)
        yield Figure("import: memory that more of a log takes", many - few, "MB", 30, f"{many:.0f} MB at its peak")
        over, _, note = _import(folder, large, agent_log.MANY_STEPS)
        yield Figure("import: the same, of sessions of many steps", over, "times", 50, note)


def _import(folder, megabytes, steps):
    """Return how many times as long as parsing it the import of a log takes, its peak memory, and a note."""
    path = Path(folder, "log.jsonl")
    size = agent_log.write(path, megabytes, steps) / 1e6
    floor = min(parsed(path) for _ in range(3))
    with tempfile.TemporaryDirectory() as cassettes:
        seconds, peak = imported(path, Path(cassettes))
    return seconds / floor, peak, f"{size:.0f} MB at {size / seconds:.1f} MB/s; parsing alone {size / floor:.0f} MB/s"


if __name__ == "__main__":
    main(measure)
