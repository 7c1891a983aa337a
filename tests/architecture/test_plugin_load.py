"""Loading the plugin is cheap because it imports nearly nothing; said by what is imported, not by a clock."""

import subprocess
import sys

HEAVY = {
    "aiohttp",
    "anthropic",
    "anyio",
    "asyncio",
    "deepdiff",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "jsonschema",
    "openai",
    "requests",
    "sqlite3",
    "ssl",
    "trio",
    "urllib3",
    "vcr",
    "wrapt",
    "yaml",
}


def modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, pytest, _pytest.config\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_plugin_imports_no_sdk_and_nothing_heavy():
    loaded = modules_after("import pytest_oao.plugin.entry")
    assert not {name.split(".")[0] for name in loaded} & HEAVY


def test_the_plugin_imports_its_own_table_of_contents_only():
    loaded = modules_after("import pytest_oao.plugin.entry")
    ours = {name for name in loaded if name.startswith("pytest_oao")}
    assert ours == {
        "pytest_oao",
        "pytest_oao.plugin",
        "pytest_oao.plugin.entry",
        "pytest_oao.plugin.hookspecs",
        "pytest_oao.plugin.options",
    }


def test_a_run_without_managed_tests_loads_no_engine(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_ours_is_loaded():
            assert "pytest_oao.plugin.engine" not in sys.modules
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_run_without_pinned_tests_loads_no_importer():
    """They are a third of what there is to load."""
    loaded = modules_after("import pytest_oao.plugin.engine")
    assert not [name for name in loaded if name.startswith("pytest_oao.importers")]


def test_the_library_half_imports_without_pytest():
    statement = "import sys; sys.modules['pytest'] = sys.modules['_pytest'] = None; import pytest_oao; pytest_oao.record; pytest_oao.load"
    subprocess.run([sys.executable, "-c", statement], check=True)


def test_the_plugin_loads_where_pytest_does_not_name_its_terminal_reporter_yet():
    """That of pytest 8.0, the oldest we take."""
    statement = "import pytest; del pytest.TerminalReporter; import pytest_oao.plugin.entry, pytest_oao.plugin.engine, pytest_oao.plugin.summary"
    subprocess.run([sys.executable, "-c", statement], check=True)
