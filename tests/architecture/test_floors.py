"""What import-linter cannot say about the floors."""

import ast
import sys
from pathlib import Path

import pytest

from pytest_oao.importers.table import IMPORTERS
from pytest_oao.providers.recognition import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pytest_oao"
MODULES = sorted(PACKAGE.rglob("*.py"))
BANNED_NAMES = {"utils", "util", "helpers", "common", "manager", "base", "core", "misc"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", sorted((PACKAGE / "model").glob("*.py")), ids=name_of)
def test_the_model_knows_the_standard_library_only(path):
    tops = {name.split(".")[0] for name in imports_of(ast.parse(path.read_text()))}
    assert tops <= {*sys.stdlib_module_names, "pytest_oao"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_an_import_is_an_import(path):
    """No TYPE_CHECKING, and none of our own modules imported inside a function."""
    tree = ast.parse(path.read_text())
    assert "TYPE_CHECKING" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    inside = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inside |= imports_of(function)
    assert not {name for name in inside if name.split(".")[0] == "pytest_oao"}


def test_few_modules_load_others_of_ours_late_and_they_are_known():
    late = set()
    for path in MODULES:
        tree = ast.parse(path.read_text())
        if "importlib.import_module" in imports_of(tree):
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            late |= {name_of(path)} if texts & {name_of(one) for one in MODULES} else set()
    assert late == {
        "pytest_oao",
        "pytest_oao.plugin.entry",
        "pytest_oao.plugin.opening",
        "pytest_oao.plugin.vcr_fixtures",
    }


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))
    assert path.stem not in BANNED_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= 300


OF_SEVERAL_FORMATS = {
    "otlp_json": "the JSON of spans, which Phoenix writes, too",
    "otlp_values": "the same, of MLflow and of collectors that write a record a span",
    "sdk_arguments": "the arguments of any SDK, and not the format of spans",
    "gemini_objects": "the objects of Google's SDK, which several log; the format is of Gemini's command line",
}
WHO_KNOW_SEVERAL = {"table", "span_dialects", "recognition", "codecs"}


def family(module: str) -> str:
    return module.partition("_")[0]


@pytest.mark.parametrize(("floor", "ways"), [("importers", IMPORTERS), ("providers", PROVIDERS)])
def test_what_reads_one_format_is_not_used_by_what_reads_another(floor, ways):
    """A format's modules begin alike: `langsmith`, `langsmith_runs`; what is neutral is for all."""
    families = {family(type(way).__module__.rpartition(".")[2]) for way in ways} - {"neutral"}
    reached = {
        (path.stem, name.removeprefix(f"pytest_oao.{floor}.").partition(".")[0])
        for path in sorted((PACKAGE / floor).glob("*.py"))
        if path.stem not in WHO_KNOW_SEVERAL
        for name in imports_of(ast.parse(path.read_text()))
        if name.startswith(f"pytest_oao.{floor}.")
    }
    strangers = {(user, used) for user, used in reached if family(used) in families - {family(user)}}
    assert not {(user, used) for user, used in strangers if used not in OF_SEVERAL_FORMATS}
    if floor == "importers":
        assert {used for _, used in strangers} == OF_SEVERAL_FORMATS.keys()


def test_one_module_needs_what_is_private_to_pytest():
    private = {
        name_of(path)
        for path in MODULES
        for name in imports_of(ast.parse(path.read_text()))
        if name.startswith("_pytest")
    }
    assert private == {"pytest_oao.plugin.failure_texts"}
