"""Pydantic's `ValidationError` ⇄ what it was made of: it is made by a function of its own, of a line for each error."""

import sys
from typing import Any


def is_one(cls: type) -> bool:
    """Whether a class is pydantic's."""
    core = sys.modules.get("pydantic_core")
    return core is not None and issubclass(cls, core.ValidationError)


def arguments_of(error: Any) -> tuple[Any, ...]:
    """Return the title, and in turn the facts and the input of each error: an input alone may be of any type."""
    lines = error.errors(include_url=False)
    told = ({name: part for name, part in line.items() if name != "input"} for line in lines)
    pairs = zip(told, (line["input"] for line in lines), strict=True)
    return (error.title, *(part for pair in pairs for part in pair))


def made(cls: Any, args: tuple[Any, ...]) -> BaseException:
    """Make an error of what `arguments_of` returned."""
    title, *rest = args
    lines = [_line(facts, value) for facts, value in zip(rest[::2], rest[1::2], strict=True)]
    error: BaseException = cls.from_exception_data(title, lines)
    return error


def _line(facts: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return an error as pydantic takes it; kinds that it does not know are a validator's own."""
    core: Any = sys.modules["pydantic_core"]
    line = {"loc": facts["loc"], "input": value}
    if facts["type"] not in core.core_schema.ErrorType.__args__:
        return {
            **line,
            "type": core.PydanticCustomError(facts["type"], facts["msg"], facts.get("ctx")),
        }
    return {**line, "type": facts["type"], **({"ctx": facts["ctx"]} if "ctx" in facts else {})}
