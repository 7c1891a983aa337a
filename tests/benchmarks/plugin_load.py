"""What the installed plugin adds to a pytest run that does not use it: CPU time, and what it imports."""

import subprocess
import sys
import tempfile
from pathlib import Path

import children
from measuring import Figure, extra, interleaved, main

HEAVY = (
    "openai",
    "anthropic",
    "httpx",
    "httpx2",
    "aiohttp",
    "requests",
    "yaml",
    "vcr",
    "deepdiff",
    "jsonschema",
    "wrapt",
    "asyncio",
    "sqlite3",
)
LOADED = "import sys, pytest, _pytest.config\nbefore = set(sys.modules)\nimport pytest_oao.plugin.entry\nprint(*sorted(set(sys.modules) - before))"


def measure(quick):
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        options = ("--collect-only", "-p", "no:cacheprovider")
        runs = [
            lambda more=more: children.pytest(folder, *options, *more) * 1e3 for more in ((), children.our_plugin())
        ]
        without, with_us = interleaved(2 if quick else 25, *runs)
    # The fastest of each: a run of 200 ms varies by more than we add, and other processes can only make it slower.
    note = f"{min(without):.0f} ms without it; the medians differ by {extra(with_us, without):.1f} ms"
    yield Figure("plugin: added to pytest --collect-only", min(with_us) - min(without), "ms", 5, note)
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], env=children.environment(), capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {name.partition(".")[0] for name in loaded} & set(HEAVY)
    note = (
        " ".join(sorted(heavy))
        or f"{len(loaded)} modules in all, {sum(name.startswith('pytest_oao') for name in loaded)} of them ours"
    )
    yield Figure("plugin: SDKs and heavy libraries it imports", len(heavy), "modules", 0, note)


if __name__ == "__main__":
    main(measure)
