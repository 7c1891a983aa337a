"""The execution hash: what ran, in four parts, and which of them changed since."""

import json
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import FunctionType, ModuleType

from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.sessions import Execution
from pytest_oao.providers.description import tools_of
from pytest_oao.runtime.sites import beginning


def execution_of(task: JSON, files: Iterable[str], root: Path, calls: Iterable[Call], version: str = "") -> Execution:
    """Hash what ran.

    `files` are the sources seen on the stacks of the calls; what they import from below `root` counts too. `version`
    stands in their place when the caller tells it.
    """
    modules = {} if version else dict(_sources(files, root))
    agent = version or json.dumps(modules, sort_keys=True)
    return Execution(
        task=_hash(json.dumps(task, sort_keys=True)),
        agent=_hash(agent) if agent != "{}" else "",
        tools=tools_hash(calls),
        modules=modules,
    )


def tools_hash(calls: Iterable[Call]) -> str:
    """Hash the tool definitions that the calls offered to the model, whatever their order."""
    seen = {json.dumps(tool, sort_keys=True) for call in calls for tool in tools_of(call)}
    return _hash("\n".join(sorted(seen))) if seen else ""


def changed_modules(execution: Execution, root: Path) -> tuple[str, ...]:
    """Return the recorded source files below `root` that are different now, or gone."""
    return tuple(name for name, digest in execution.modules.items() if _digest(root / name) != digest)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except (OSError, ValueError):  # gone or unreadable: certainly not what ran
        return ""


def _sources(files: Iterable[str], root: Path) -> Iterator[tuple[str, str]]:
    modules = (module for module in tuple(sys.modules.values()) if isinstance(module, ModuleType))
    own = {file: module for module in modules if (file := _file(module)) and _below(file, root)}
    reached, todo = set(), list(files)
    while todo:
        file = todo.pop()
        if file not in reached:
            reached.add(file)
            todo.extend(found for found in _imported(own.get(file)) if found in own)
    for file in sorted(reached):
        if digest := _digest(Path(file)):
            yield Path(file).relative_to(root).as_posix(), digest


def _imported(module: ModuleType | None) -> Iterator[str]:
    """Yield the files behind a module's globals: modules it imported, and homes of functions and classes."""
    for value in tuple(vars(module).values()) if module else ():
        home = value if isinstance(value, ModuleType) else None
        if isinstance(value, type | FunctionType):  # asking any other object could run its code
            home = sys.modules.get(str(value.__module__))
        if isinstance(home, ModuleType) and (file := _file(home)):
            yield file


def _file(module: ModuleType) -> str:
    file = vars(module).get("__file__")  # getattr could run code: modules may be lazy
    return file if isinstance(file, str) and file.endswith(".py") else ""


def _below(file: str, root: Path) -> bool:
    below = file.removeprefix(beginning(root))
    return below != file and "site-packages" not in below and not below.startswith(".")
