"""Open a cassette in this fresh process, and print what that took: `session_child.py CASSETTE cold|again|replay [CACHE]`."""

import json
import sys
import time
from pathlib import Path


def main(path, how, cache=None):
    import pytest_oao
    from pytest_oao.cassette import shelf
    from pytest_oao.cassette.cache import Cache

    pytest_oao.replay  # noqa: B018 - the library is imported; what opening imports late is opening's to pay
    if how == "again":
        shelf.load(path)
    if how == "replay":
        print(json.dumps({"peak": replayed(path)}))
        return
    started = time.process_time()
    shelf.load(path, cache and Cache(cache))
    print(json.dumps({"open": time.process_time() - started}))


def replayed(path):
    """Replay the whole session; return by how many MB the process was larger at its largest than before."""
    import floor
    import httpx2
    import workload

    import pytest_oao

    steps = int(path.stem)
    with httpx2.Client(transport=floor.Ready("small")) as http:
        for body in workload.session(steps):
            http.post(workload.URL, content=body, headers=workload.HEADERS)
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    before = memory("VmHWM")
    with pytest_oao.replay(path), httpx2.Client() as http:
        for body in workload.session(steps):
            http.post(workload.URL, content=body, headers=workload.HEADERS)
    return memory("VmHWM") - before


def memory(name):
    """Return a line of /proc/self/status in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(Path, sys.argv[3:]))
