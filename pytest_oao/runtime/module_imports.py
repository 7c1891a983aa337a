"""Which modules a source file imports, by its text: at its top or inside functions, under whatever names."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import resolve_name
from itertools import accumulate


@lru_cache(maxsize=1024)
def imported(source: bytes, package: str) -> frozenset[str]:
    """Return the names of the modules that a source of `package` imports, and of the packages around them.

    Names that are imported from a module may be modules too; they are among them, whatever they are.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):  # it was edited since it was loaded
        return frozenset()
    return frozenset(around for node in nodes for name in _names(node, package) for around in _with_parents(name))


def _names(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        home = _absolute("." * node.level + (node.module or ""), package)
        yield from (f"{home}.{alias.name}" for alias in node.names if home)


def _absolute(name: str, package: str) -> str:
    try:
        return resolve_name(name, package)
    except ImportError:  # relative, and beyond the top or of no package
        return ""


def _with_parents(name: str) -> Iterator[str]:
    return accumulate(name.split("."), "{}.{}".format)
