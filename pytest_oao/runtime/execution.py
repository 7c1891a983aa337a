"""The execution hash: what ran, in four parts, and which of them changed since."""

import json
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from pytest_oao.errors import BadOption
from pytest_oao.model.calls import Call
from pytest_oao.model.jsontypes import JSON
from pytest_oao.model.sessions import Execution, Header
from pytest_oao.providers.description import tools_of
from pytest_oao.runtime.module_imports import imported
from pytest_oao.runtime.sites import beginning, is_own


def execution_of(task: JSON, files: Iterable[str], root: Path, calls: Iterable[Call], version: str = "") -> Execution:
    """Hash what ran.

    `files` are the sources seen on the stacks of the calls; what they import from below `root` counts too. `version`
    stands in their place when the caller tells it.
    """
    modules = {} if version else dict(_sources(files, root))
    agent = version or json.dumps(modules, sort_keys=True)
    return Execution(
        task=task_hash(task),
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


def changed_parts(header: Header, root: Path, task: JSON, policy: str = "") -> tuple[str, ...]:
    """Return which parts of the execution hash are different now, known before any call: code, task, policy.

    What `pytest_oao.record` was told as its task says nothing about a test: only tests are compared with tests. Nor is
    the policy of a session that was no test's one that a test without any changed.
    """
    modules = changed_modules(header.execution, root)
    parts = [f"the agent's code ({', '.join(modules)})"] if modules else []
    if header.test and header.execution.task and header.execution.task != task_hash(task):
        parts.append("the task (the test's id or parameters)")
    if header.execution.policy and header.execution.policy != policy and (policy or header.test):
        parts.append("the policy")
    return tuple(parts)


def task_hash(task: JSON) -> str:
    """Hash what the test or the caller passed; raises BadOption where it is no JSON."""
    try:
        return _hash(json.dumps(task, sort_keys=True, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadOption(f"the task is no JSON: {error}", where="task", remedy="pass plain data") from error


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _digest(path: Path) -> str:
    data = _read(path)
    return sha256(data).hexdigest() if data is not None else ""


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):  # gone or unreadable: certainly not what ran
        return None


def _sources(files: Iterable[str], root: Path) -> Iterator[tuple[str, str]]:
    """Yield name and sha256 of the files and of all below `root` that they import, in order."""
    own = dict(_loaded(beginning(root)))
    packages = dict(own.values())
    reached: dict[str, str] = {}
    todo = list(files)
    while todo:
        file = todo.pop()
        source = None if file in reached else _read(Path(file))
        if source is not None:
            reached[file] = sha256(source).hexdigest()
            todo += [own[name][0] for name in imported(source, packages.get(file, "")) if name in own]
    for file in sorted(reached):
        yield Path(file).relative_to(root).as_posix(), reached[file]


def _loaded(root: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield name, file and package of each loaded module of the project's own."""
    for name, module in tuple(sys.modules.items()):
        if isinstance(module, ModuleType):
            facts = vars(module)  # getattr could run code: modules may be lazy
            file = facts.get("__file__")
            if isinstance(file, str) and is_own(file, root):
                yield name, (file, str(facts.get("__package__") or ""))
