"""What import-linter cannot say about the floors."""

import ast
import sys
from pathlib import Path

import pytest

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
            found.add(node.module or "")
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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))
    assert path.stem not in BANNED_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= 300


def test_one_module_needs_what_is_private_to_pytest():
    private = {
        name_of(path)
        for path in MODULES
        for name in imports_of(ast.parse(path.read_text()))
        if name.startswith("_pytest")
    }
    assert private == {"pytest_oao.plugin.failure_texts"}
