"""Classes by their names: found among the modules that are imported already, never imported for the purpose."""

import sys

from pytest_oao.values.unkept import Unreadable


def name_of(cls: type) -> str:
    """Return `module:Qualified.Name`."""
    return f"{cls.__module__}:{cls.__qualname__}"


def label(value: object) -> str:
    """Return the name of a value's class as people write it."""
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def is_found(cls: type) -> bool:
    """Whether a class is found again by its name: not where it was made inside a function."""
    return found(name_of(cls)) is cls


def found(name: str) -> type | None:
    """Return the class of a name, None where its module is not imported or holds no such class."""
    module, _, path = name.partition(":")
    owner: object = sys.modules.get(module)
    for part in path.split("."):
        owner = getattr(owner, part, None)
    return owner if isinstance(owner, type) else None


def required(name: str) -> type:
    """Return the class of a name; raises Unreadable."""
    cls = found(name)
    if cls is None:
        module = name.partition(":")[0]
        here = module in sys.modules
        way_out = f"{module} has no such class any more" if here else f"import {module} in the agent or in the test"
        raise Unreadable(f"the class {name} is not there: {way_out}")
    return cls
