"""Run the benchmarks, each in a process of its own: `python tests/benchmarks/run.py [NAME…] [--quick] [--json FILE]`."""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import children
from measuring import Figure

NAMES = (
    "replay_cost",
    "flatness",
    "client_cost",
    "suite_cost",
    "vcr_cost",
    "recording_cost",
    "tool_cost",
    "policy_cost",
    "session_size",
    "import_cost",
    "mismatch_cost",
    "own_world_cost",
    "plugin_load",
)


def figures(name, *, quick):
    """Return the figures of one benchmark."""
    command = [sys.executable, str(children.HERE / f"{name}.py"), "--lines", *(["--quick"] if quick else [])]
    done = subprocess.run(command, env=children.environment(), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed")
    return [Figure(**json.loads(line)) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them if none is named")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds: shows that all of it works, not how fast it is"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file as well")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    found = []
    names = options.names or NAMES
    with ThreadPoolExecutor(2 if options.quick else 1) as pool:  # side by side, they would disturb each other
        for name, some in zip(names, pool.map(partial(figures, quick=options.quick), names), strict=True):
            print(*some, sep="\n", flush=True)
            found += [{"benchmark": name, **vars(figure), "met": figure.met} for figure in some]
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
