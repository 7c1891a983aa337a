"""YAML files of others: plain data and the few tags that recorders of HTTP write, within limits, and never code."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NoReturn

from pytest_oao.cassette import limits
from pytest_oao.errors import HostileFile, UnreadableFile
from pytest_oao.importers.foreign import REMEDY, Part

_PYTHON = "tag:yaml.org,2002:python/"
_PER_NODE = 16
"""What a node weighs beside its characters."""


def load_yaml(data: bytes, source: str) -> Part:
    """Parse a file of one document; raises UnreadableFile with the line, HostileFile for bombs and for foreign tags."""
    import yaml  # noqa: PLC0415 - late: 12 ms

    try:
        _weigh(yaml.parse(data, Loader=_loader()), source)
        return Part(yaml.load(data, Loader=_loader()), source)  # noqa: S506 - derives from the safe loader
    except yaml.constructor.ConstructorError as error:
        _refuse_tag(error, source)
        raise UnreadableFile(_problem(error), where=_place(error, source), remedy=REMEDY) from error
    except yaml.MarkedYAMLError as error:
        raise UnreadableFile(_problem(error), where=_place(error, source), remedy=REMEDY) from error
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        # PyYAML's constructors of numbers and dates let these out
        raise UnreadableFile(f"not YAML: {error}", where=source, remedy=REMEDY) from error
    except RecursionError as error:
        raise HostileFile("the YAML is nested too deep", where=source, remedy=REMEDY) from error


class _Weight:
    """The size of the document with every alias written out, and of each anchored part."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes = self.aliased = 0
        self.anchored: dict[str, int] = {}
        self.open: list[list[Any]] = []

    def begin(self, anchor: str | None) -> None:
        """Enter a list or an object."""
        self.open.append([anchor, _PER_NODE])
        if len(self.open) > limits.DEPTH:
            self.refuse(f"it is nested deeper than {limits.DEPTH}")

    def end(self) -> None:
        """Leave it."""
        anchor, weight = self.open.pop()
        self.add(anchor, weight)

    def add(self, anchor: str | None, weight: int) -> None:
        """Count a finished value."""
        self.nodes += 1
        if self.nodes > limits.NODES:
            self.refuse(f"it has more than {limits.NODES:,} values")
        if anchor:
            self.anchored[anchor] = weight
        if self.open:
            self.open[-1][1] += weight

    def alias(self, name: str) -> None:
        """Count what an alias stands for; one of a value that is still open would never end."""
        weight = self.anchored.get(name)
        if weight is None:
            self.refuse("an alias stands inside of what it repeats")
        self.aliased += weight
        if self.aliased > limits.EXPANDED // 2:
            self.refuse("its aliases stand for too much")
        self.add(None, weight)

    def refuse(self, what: str) -> NoReturn:
        """Raise HostileFile."""
        raise HostileFile(what, where=self.source, remedy="Import the file in parts, if you trust where it came from.")


def _weigh(events: Iterable[Any], source: str) -> None:
    """Refuse bombs before anything is built: the parser's events come one by one."""
    import yaml  # noqa: PLC0415 - late: 12 ms

    weight = _Weight(source)
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            weight.add(event.anchor, _PER_NODE + len(event.value))
        elif isinstance(event, yaml.CollectionStartEvent):
            weight.begin(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            weight.end()
        elif isinstance(event, yaml.AliasEvent):
            weight.alias(str(event.anchor))


@cache
def _loader() -> Any:  # noqa: ANN401 - a class that exists only once yaml is imported
    """Make the loader: a safe one that also knows texts, tuples and buffers of old cassettes, by their exact tags."""
    import yaml  # noqa: PLC0415 - late: 12 ms

    class CassetteLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def text(loader: Any, node: Any) -> str:  # noqa: ANN401
        return str(loader.construct_scalar(node))

    def first(loader: Any, node: Any) -> object:  # noqa: ANN401 - the one argument of a call, which is not made
        if isinstance(node, yaml.MappingNode):
            fields = loader.construct_mapping(node, deep=True)
            arguments = fields.get("args") or fields.get("state")
        else:
            arguments = loader.construct_sequence(node, deep=True)
        return arguments[0] if isinstance(arguments, list | tuple) and arguments else b""

    def sequence(loader: Any, node: Any) -> object:  # noqa: ANN401
        return loader.construct_sequence(node, deep=True)

    for tag, constructor in {
        "str": text,
        "unicode": text,
        "tuple": sequence,
        "object/new:_io.BytesIO": first,
        "object/apply:builtins.iter": first,
        "object/apply:multidict._multidict.istr": first,
        "object/apply:multidict.istr": first,
    }.items():
        CassetteLoader.add_constructor(_PYTHON + tag, constructor)
    return CassetteLoader


def _refuse_tag(error: Any, source: str) -> None:  # noqa: ANN401
    if "could not determine a constructor" not in str(error.problem):
        return
    tag = str(error.problem).rpartition(" ")[2].strip("'").replace("tag:yaml.org,2002:", "!!")
    raise HostileFile(
        f"the tag {tag} asks for a program's object; only data is read",
        where=_place(error, source),
        remedy="Record the file again with a current vcrpy, or replace the tagged value by plain text.",
    ) from error


def _problem(error: Any) -> str:  # noqa: ANN401
    return f"not YAML: {error.problem or error.context}"


def _place(error: Any, source: str) -> str:  # noqa: ANN401
    mark = error.problem_mark or error.context_mark
    return f"{source}: line {mark.line + 1}, column {mark.column + 1}" if mark else source
