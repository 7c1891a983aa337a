"""What is lacked, inferred and truncated is said in the words of `model.provenance`: others are never asked for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_oao import importers
from pytest_oao.model import provenance

_MODULES = sorted(Path(importers.__file__).parent.glob("*.py"))
_TARGET = re.compile(r"_?(?:lacked|lacks|inferred|truncated|cut|missing|lost)\Z", re.IGNORECASE)
_WORDS = {word for name, word in vars(provenance).items() if name.isupper()}
_ONLY_HERE = {word for word in _WORDS if " " in word} | {provenance.TIMING, provenance.CHUNKS}
"""Words that are no keys of somebody's JSON."""


def _told(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions of what is lacked, inferred or truncated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lacks.add":
            yield ast.List(node.args)
        if isinstance(node, ast.keyword) and node.arg and _TARGET.match(node.arg):
            yield node.value
        if isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            yield from [node.value] if _TARGET.match(ast.unparse(node.target)) else []
        if isinstance(node, ast.Assign) and any(_TARGET.match(ast.unparse(target)) for target in node.targets):
            yield node.value


def _elements(value: ast.expr) -> Iterator[ast.expr]:
    for node in ast.walk(value):
        if isinstance(node, ast.Set | ast.Tuple | ast.List):
            yield from node.elts


def _own_texts(tree: ast.Module) -> set[str]:
    """Return the names that a module gives to texts of its own."""
    return {
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
    }


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.stem)
def test_importers_use_the_words_of_provenance(module: Path) -> None:
    """A text of a module's own is one that nothing compares with."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    own = _own_texts(tree)
    for value in _told(tree):
        for one in _elements(value):
            literal = isinstance(one, ast.Constant) and isinstance(one.value, str)
            assert not literal, f"{module.name}:{one.lineno}: {ast.unparse(one)}"
            assert not (isinstance(one, ast.Name) and one.id in own), f"{module.name}:{one.lineno}: {one.id}"
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not texts & _ONLY_HERE
